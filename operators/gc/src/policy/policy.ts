import {
  describeKind,
  type GroupVersionKind,
  isPausedByAnnotation,
  type KubeObject,
  labelSelectorOf,
  messageOf,
  parseApiVersion,
  parseDuration,
  printLabelSelector,
} from 'kubewright'
import { compileConditions } from '../conditions/conditions.ts'
import type { Context } from '../facts/facts.ts'
import { type Grouping, groupingOf } from '../groups/grouping.ts'
import { type Code, judge } from '../judgement/judge.ts'
import type { Opinion } from '../judgement/opinion.ts'
import { compileOwnerGone } from '../judgement/owner-gone.ts'
import type { Policy } from '../kinds/policies.ts'
import { isProtectedKind, isProtectedNamespace, type Protection, protectionOf } from '../protection/protection.ts'
import type { PolicyMode } from '../tracker/sending-line.ts'
import { selectFields } from './field-selection.ts'
import { lifetimeOf } from './lifetime.ts'
import { selectNamespaces } from './namespace-selection.ts'
import { openingsOf } from './openings.ts'
import { selectorSpec } from './selector-spec.ts'
import type { Target, TargetKind } from './target.ts'
import { within } from './within.ts'

export type { Target } from './target.ts'

/** What a policy has to know beside its objects. */
export interface Needs {
  readonly namespaces: boolean
  readonly use: boolean
  readonly quota: boolean
  readonly owner: GroupVersionKind | undefined
  readonly heldSince: boolean
  readonly grouping: Grouping | undefined
}

/** A policy, ready to work: everything that could be wrong with it has been found. */
export interface ReadyPolicy {
  readonly target: Target
  readonly mode: PolicyMode
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan'
  readonly gracePeriodSeconds: number | undefined
  /** Milliseconds; `undefined`: only events and due times. */
  readonly evaluationInterval: number | undefined
  readonly needs: Needs
  readonly code: Code
  /** Pure: what the policy says about an object of its target. */
  judge(object: KubeObject, context: Context): Opinion
}

/** Why a policy does nothing: the reason of its Ready condition, and a sentence with the mend. */
export interface PolicyProblem {
  readonly reason: 'InvalidSpec' | 'OutsideNamespace' | 'Protected' | 'ClusterScopedTarget' | 'UnknownKind' | 'Forbidden' | 'Unavailable'
  readonly message: string
}

export interface PolicyDefaults {
  readonly maxDeletionsPerSecond: number
  readonly protection: Protection
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
    const outside = scopeProblem(policy, defaults.protection)
    return outside === undefined ? { ready: compile(policy, defaults) } : { problem: outside }
  } catch (error) {
    return { problem: { reason: 'InvalidSpec', message: messageOf(error) } }
  }
}

function compile(policy: Policy, defaults: PolicyDefaults): ReadyPolicy {
  const { spec } = policy
  const { targetResource, behavior } = spec
  const kind: TargetKind = { ...parseApiVersion(targetResource.apiVersion), kind: targetResource.kind }
  const needsTtl = spec.keep === undefined && !(spec.schedule !== undefined && spec.conditions !== undefined)
  if (spec.ttl === undefined && needsTtl) throw new Error('spec needs ttl, or keep, or schedule together with conditions')
  const { lifetime, metadataOnly, needs } = lifetimeOf(spec.ttl, kind)
  const fields = within('targetResource.fieldSelector.matchFields', () =>
    selectFields(`${targetResource.kind}.${targetResource.apiVersion}`, targetResource.fieldSelector?.matchFields),
  )
  const conditions = compileConditions(spec.conditions, kind)
  const ownerGone = spec.conditions?.ownerGone && compileOwnerGone(spec.conditions.ownerGone)
  const grouping = spec.keep && within('keep', () => groupingOf(spec.keep!, kind))
  const namespaces = selectNamespaces(targetResource)
  const labelSelector = within('targetResource.labelSelector', () => labelSelectorOf(selectorSpec(targetResource.labelSelector)))
  const asksForHelm = labelSelector.some(({ key, values }) => key === 'owner' && values.includes('helm'))
  const code: Code = {
    fields,
    namespaces,
    conditions,
    ownerGone,
    lifetime,
    openings: openingsOf(spec),
    keepNewest: spec.keep?.newest,
    remembers: spec.keep !== undefined || needs === 'heldSince',
    protectionOf: (object) => protectionOf(defaults.protection, kind, object, { asksForHelm }),
  }
  return {
    target: {
      kind,
      namespace: namespaceOf(policy),
      labelSelector: printLabelSelector(labelSelector),
      fieldSelector: fields.onServer,
      metadataOnly: [fields, conditions, ownerGone, grouping].every((part) => part?.metadataOnly !== false) && metadataOnly,
    },
    mode: {
      dryRun: behavior.dryRun,
      paused: isPaused(policy),
      line: describeKind(kind),
      rate: { perSecond: behavior.maxDeletionsPerSecond ?? defaults.maxDeletionsPerSecond, batch: behavior.batchSize },
    },
    propagationPolicy: behavior.propagationPolicy,
    gracePeriodSeconds: behavior.gracePeriodSeconds,
    evaluationInterval: intervalOf(spec.evaluationInterval),
    needs: {
      namespaces: namespaces.asksForNamespaces || lifetime.own?.namespaceDefault === true,
      use: conditions.asksForUse || needs === 'use',
      quota: lifetime.quota !== undefined,
      owner: ownerGone?.kind,
      heldSince: needs === 'heldSince',
      grouping,
    },
    code,
    judge: (object, context) => judge(code, object, context),
  }
}

/** What discovery says about the target's scope has to fit, too. */
export function scopeMismatch(policy: Policy, namespaced: boolean): PolicyProblem | undefined {
  const { kind, namespace } = policy.spec.targetResource
  if (!namespaced && policy.kind === 'GarbageCollectionPolicy') {
    return {
      reason: 'ClusterScopedTarget',
      message: `${kind} is cluster-scoped, and a GarbageCollectionPolicy is confined to its namespace: use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (!namespaced && namespace !== undefined && namespace !== '' && namespace !== '*') {
    return { reason: 'ClusterScopedTarget', message: `${kind} is cluster-scoped: remove spec.targetResource.namespace ("${namespace}")` }
  }
  return undefined
}

function namespaceOf(policy: Policy): string | undefined {
  if (policy.kind === 'GarbageCollectionPolicy') return policy.metadata.namespace
  const { namespace } = policy.spec.targetResource
  return namespace === '' || namespace === '*' ? undefined : namespace
}

/** zen-gc deleted anywhere on the word of anyone who could write a policy somewhere: a confused deputy. */
function scopeProblem(policy: Policy, protection: Protection): PolicyProblem | undefined {
  const { namespace, kind } = policy.spec.targetResource
  const own = policy.metadata.namespace
  if (policy.kind === 'GarbageCollectionPolicy' && namespace !== undefined && namespace !== '' && namespace !== own) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.targetResource.namespace is "${namespace}", but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  const selecting = (['namespaces', 'excludeNamespaces', 'namespaceSelector'] as const).find(
    (field) => policy.spec.targetResource[field] !== undefined,
  )
  if (policy.kind === 'GarbageCollectionPolicy' && selecting !== undefined) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.targetResource.${selecting} selects namespaces, but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (policy.kind === 'GarbageCollectionPolicy' && policy.spec.conditions?.ownerGone?.namespacePath !== undefined) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.conditions.ownerGone.namespacePath looks into other namespaces, but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (isProtectedKind(protection, policy.spec.targetResource)) {
    return {
      reason: 'Protected',
      message: `${kind} is never collected: losing it can take the cluster along. Who runs the operator may allow it with --gc-allowed-kinds`,
    }
  }
  const scope = namespaceOf(policy)
  if (scope !== undefined && isProtectedNamespace(protection, scope)) {
    return {
      reason: 'Protected',
      message: `nothing is collected in namespace "${scope}". It belongs to the system, or is protected by --gc-protected-namespaces`,
    }
  }
  return undefined
}

const SHORTEST_INTERVAL = 1_000

function intervalOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const interval = within('evaluationInterval', () => parseDuration(text))
  if (interval < SHORTEST_INTERVAL) throw new Error(`evaluationInterval is ${text}: it must be 1s or more`)
  return interval
}
