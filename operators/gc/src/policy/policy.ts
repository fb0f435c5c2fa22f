import {
  type GroupVersionKind,
  isPausedByAnnotation,
  type KubeObject,
  labelSelectorOf,
  messageOf,
  parseApiVersion,
  parseDuration,
  printLabelSelector,
} from 'kubewright'
import { AUTHOR_ANNOTATION, type Author, authorshipOf } from '../author/author.ts'
import { compileConditions } from '../conditions/conditions.ts'
import { type DeclaredReferrer, declaredReferrers } from '../facts/declared-referrers.ts'
import { type Context, NO_FACTS } from '../facts/facts.ts'
import { type Grouping, groupingOf } from '../groups/grouping.ts'
import { type Code, judge } from '../judgement/judge.ts'
import type { Opinion } from '../judgement/opinion.ts'
import { ownedRule } from '../judgement/owned.ts'
import { compileOwnerGone } from '../judgement/owner-gone.ts'
import type { Policy } from '../kinds/policies.ts'
import { type Protection, protectionOf } from '../protection/protection.ts'
import { type Limits, limitsOf } from '../safety/limits.ts'
import type { PolicyMode } from '../tracker/sending-line.ts'
import { type BackupPlaces, type BackupPlan, backupPlanOf } from './backup-plan.ts'
import { broadScope, namespaceOf, outsideProblem } from './confinement.ts'
import { selectFields } from './field-selection.ts'
import { keepOf } from './keeping.ts'
import { lifetimeOf } from './lifetime.ts'
import { selectNamespaces } from './namespace-selection.ts'
import { openingsOf } from './openings.ts'
import { selectorSpec } from './selector-spec.ts'
import type { Target, TargetKind } from './target.ts'
import { within } from './within.ts'

export { scopeMismatch } from './confinement.ts'
export type { Target } from './target.ts'

/** What a policy has to know beside its objects. */
export interface Needs {
  readonly namespaces: boolean
  readonly use: boolean
  /** Who may refer to its objects, beside whoever may in any cluster. */
  readonly referrers: readonly DeclaredReferrer[]
  readonly quota: boolean
  readonly owner: GroupVersionKind | undefined
  readonly heldSince: boolean
  readonly grouping: Grouping | undefined
  /** Whose rights count; `undefined`: the operator's alone. */
  readonly author: Author | undefined
}

/** A policy, ready to work: everything that could be wrong with it has been found. */
export interface ReadyPolicy {
  readonly target: Target
  readonly mode: PolicyMode
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan'
  readonly gracePeriodSeconds: number | undefined
  /** Pods are evicted, and not deleted past their PodDisruptionBudgets. */
  readonly evicts: boolean
  /** Milliseconds; `undefined`: only events and due times. */
  readonly evaluationInterval: number | undefined
  readonly needs: Needs
  readonly limits: Limits
  /** `undefined`: what it deletes is not kept. */
  readonly backup: BackupPlan | undefined
  readonly code: Code
  /** Whether a controller would make the object anew. */
  replaces(object: KubeObject): boolean
  /** Pure: what the policy says about an object of its target. */
  judge(object: KubeObject, context: Context): Opinion
}

/** Why a policy does nothing: the reason of its Ready condition, and a sentence with the mend. */
export interface PolicyProblem {
  readonly reason:
    | 'InvalidSpec'
    | 'OutsideNamespace'
    | 'Protected'
    | 'TooBroad'
    | 'AuthorUnknown'
    | 'CRDOutdated'
    | 'ClusterScopedTarget'
    | 'UnknownKind'
    | 'Forbidden'
    | 'Unavailable'
  readonly message: string
}

export interface PolicyDefaults {
  readonly maxDeletionsPerSecond: number
  readonly protection: Protection
  /** @default the object's own namespace, and no bucket */
  readonly backups?: BackupPlaces
  /** Whether a policy works although admission has not recorded who wrote it. @default 'IfRecorded' */
  readonly authors?: 'IfRecorded' | 'Required'
}

export function isPaused(policy: Policy): boolean {
  return policy.spec.paused || isPausedByAnnotation(policy)
}

/** Checks again what the CRD checks, too: a policy may be older than the schema, and an operator must not act on what it misreads. */
export function readPolicy(
  policy: Policy,
  defaults: PolicyDefaults,
): { readonly ready: ReadyPolicy } | { readonly problem: PolicyProblem } {
  try {
    const problem = outsideProblem(policy, defaults.protection) ?? authorProblem(policy, defaults)
    if (problem !== undefined) return { problem }
    const ready = compile(policy, defaults)
    const broad = broadScope(policy)
    return broad === undefined ? { ready } : { problem: broad }
  } catch (error) {
    return { problem: { reason: 'InvalidSpec', message: messageOf(error) } }
  }
}

/** States of what has ended ask for nothing around them. */
const NOBODY: Context = { now: 0, facts: NO_FACTS }

function compile(policy: Policy, defaults: PolicyDefaults): ReadyPolicy {
  const { spec } = policy
  const { targetResource, behavior } = spec
  const kind: TargetKind = { ...parseApiVersion(targetResource.apiVersion), kind: targetResource.kind }
  const needsTtl = spec.action !== 'Retain' && spec.keep === undefined && !(spec.schedule !== undefined && spec.conditions !== undefined)
  if (spec.ttl === undefined && needsTtl) throw new Error('spec needs ttl, or keep, or schedule together with conditions')
  const { lifetime, metadataOnly: lifetimeInMetadata, needs: lifetimeNeeds } = lifetimeOf(spec.ttl, kind)
  const fields = within('targetResource.fieldSelector.matchFields', () =>
    selectFields(`${targetResource.kind}.${targetResource.apiVersion}`, targetResource.fieldSelector?.matchFields),
  )
  const conditions = compileConditions(spec.conditions, kind)
  const asksForUse = conditions.asksForUse || lifetimeNeeds === 'use'
  const referrers = within('referrers', () => referrersOf(policy, asksForUse))
  const ownerGone = spec.conditions?.ownerGone && compileOwnerGone(spec.conditions.ownerGone)
  const grouping = spec.keep && within('keep', () => groupingOf(spec.keep!, kind))
  const namespaces = selectNamespaces(targetResource)
  const labelSelector = within('targetResource.labelSelector', () => labelSelectorOf(selectorSpec(targetResource.labelSelector)))
  const owned = ownedRule(behavior.owned, kind)
  const replaced = ownedRule('Finished', kind)
  const authorship = authorshipOf(policy)
  const asksForHelm = labelSelector.some(({ key, values }) => key === 'owner' && values.includes('helm'))
  const code: Code = {
    fields,
    namespaces,
    conditions,
    ownerGone,
    lifetime,
    openings: openingsOf(spec),
    keepNewest: spec.keep?.newest,
    remembers: spec.keep !== undefined || lifetimeNeeds === 'heldSince',
    retains: spec.action === 'Retain',
    owned,
    steps: { policy: policyRef(policy), notice: spec.notice && spec.notice.seconds * 1000, finalizer: behavior.finalizer },
    asksForAuthor: authorship.is === 'known',
    protectionOf: (object) => protectionOf(defaults.protection, kind, object, { asksForHelm }),
  }
  const metadataOnly = lifetimeInMetadata && [fields, conditions, ownerGone, grouping, owned].every((part) => part?.metadataOnly !== false)
  const needs: Needs = {
    namespaces: namespaces.asksForNamespaces || lifetime.own?.namespaceDefault === true,
    use: asksForUse,
    referrers,
    quota: lifetime.quota !== undefined,
    owner: ownerGone?.kind,
    heldSince: lifetimeNeeds === 'heldSince',
    grouping,
    author: authorship.is === 'known' ? authorship.author : undefined,
  }
  return {
    target: {
      kind,
      namespace: namespaceOf(policy),
      labelSelector: printLabelSelector(labelSelector),
      fieldSelector: fields.onServer,
      metadataOnly,
      keep: keepOf(spec, metadataOnly, needs),
    },
    mode: {
      dryRun: behavior.dryRun,
      paused: isPaused(policy),
      // Several versions, and for some kinds several groups, show the same objects: who reads one of them holds up all.
      line: kind.kind,
      priority: spec.priority,
      rate: { perSecond: behavior.maxDeletionsPerSecond ?? defaults.maxDeletionsPerSecond, batch: behavior.batchSize },
    },
    propagationPolicy: behavior.propagationPolicy,
    gracePeriodSeconds: behavior.gracePeriodSeconds,
    evicts: within('behavior.evict', () => evictsOf(behavior.evict, kind)),
    evaluationInterval: intervalOf(spec.evaluationInterval),
    needs,
    limits: limitsOf(spec.limits),
    backup: backupPlanOf(policy, kind, defaults.backups ?? {}),
    code,
    replaces: (object) => replaced.spares(object, NOBODY) !== undefined,
    judge: (object, context) => judge(code, object, context),
  }
}

/** @throws Error when there is nothing to evict */
function evictsOf(evict: boolean | undefined, kind: TargetKind): boolean {
  if (evict === true && (kind.kind !== 'Pod' || kind.group !== ''))
    throw new Error(`only Pods are evicted, and the target is ${kind.kind}: leave it out`)
  return evict === true
}

/** @throws Error when they would have no effect, or reach too far */
function referrersOf({ metadata, spec: { referrers } }: Policy, asksForUse: boolean): readonly DeclaredReferrer[] {
  if (referrers !== undefined && !asksForUse)
    throw new Error('they count for the state Unused and for @unusedSince alone, and the policy asks for neither')
  if (metadata.namespace !== undefined && referrers?.some(({ fields }) => fields?.some(({ namespacePath }) => namespacePath !== undefined)))
    throw new Error('namespacePath is of a ClusterGarbageCollectionPolicy only: this one sees its own namespace alone')
  return declaredReferrers(referrers)
}

/** A record that is there and does not fit is refused in any case: somebody changed the policy past the webhook. */
function authorProblem(policy: Policy, { authors = 'IfRecorded' }: PolicyDefaults): PolicyProblem | undefined {
  const authorship = authorshipOf(policy)
  if (authorship.is === 'known') return undefined
  const recorded = policy.metadata.annotations?.[AUTHOR_ANNOTATION] !== undefined
  if (authors === 'IfRecorded' && !recorded) return undefined
  return {
    reason: 'AuthorUnknown',
    message: `nothing is deleted, because it is not known whose rights count: ${authorship.why}. Apply the policy again, through the operator's webhook`,
  }
}

/** Names one policy among all. */
export function policyRef({ metadata }: Pick<Policy, 'metadata'>): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`
}

const SHORTEST_INTERVAL = 1_000

function intervalOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const interval = within('evaluationInterval', () => parseDuration(text))
  if (interval < SHORTEST_INTERVAL) throw new Error(`evaluationInterval is ${text}: it must be 1s or more`)
  return interval
}
