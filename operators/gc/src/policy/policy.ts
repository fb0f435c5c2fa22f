import {
  describeKind,
  isPausedByAnnotation,
  type Kind,
  type KubeObject,
  labelSelectorOf,
  messageOf,
  parseApiVersion,
  parseDuration,
  printLabelSelector,
} from 'kubewright'
import { compileConditions } from '../conditions/predicate.ts'
import { expiryOf, type Lifetime } from '../expiry/expiry.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import type { Policy, PolicySpec } from '../kinds/policies.ts'
import type { Opinion } from '../precedence/verdict.ts'
import { isProtectedKind, isProtectedNamespace, type Protection, protectionOf } from '../protection/protection.ts'
import type { PolicyMode } from '../tracker/sending-line.ts'
import { selectFields } from './field-selection.ts'

/** What a policy watches. Policies with equal targets share one watch. */
export interface Target {
  readonly kind: Kind<KubeObject>
  /** `undefined`: all. */
  readonly namespace: string | undefined
  readonly labelSelector: string
  readonly fieldSelector: string
  /** The policy reads nothing but metadata, so the server need not send more. */
  readonly metadataOnly: boolean
}

/** A policy, ready to work: everything that could be wrong with it has been found. */
export interface ReadyPolicy {
  readonly target: Target
  readonly mode: PolicyMode
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan'
  readonly gracePeriodSeconds: number | undefined
  /** Milliseconds; `undefined`: only events and due times. */
  readonly evaluationInterval: number | undefined
  /** Pure: what the policy says about an object of its target. */
  judge(object: KubeObject): Opinion
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
  const target = policy.spec.targetResource
  try {
    const outside = scopeProblem(policy, defaults.protection)
    if (outside !== undefined) return { problem: outside }
    const kind = { ...parseApiVersion(target.apiVersion), kind: target.kind }
    const fields = within('targetResource.fieldSelector.matchFields', () =>
      selectFields(`${target.kind}.${target.apiVersion}`, target.fieldSelector?.matchFields),
    )
    const conditions = within('conditions', () => compileConditions(policy.spec.conditions))
    const lifetime = lifetimeOf(policy.spec.ttl)
    const labelSelector = within('targetResource.labelSelector', () =>
      printLabelSelector(labelSelectorOf(selectorSpec(target.labelSelector))),
    )
    const { behavior } = policy.spec
    return {
      ready: {
        target: {
          kind,
          namespace: namespaceOf(policy),
          labelSelector,
          fieldSelector: fields.onServer,
          metadataOnly: fields.metadataOnly && conditions.metadataOnly && (lifetime.mode === 'fixed' || lifetime.path.metadataOnly),
        },
        mode: {
          dryRun: behavior.dryRun,
          paused: isPaused(policy),
          line: describeKind(kind),
          rate: { perSecond: behavior.maxDeletionsPerSecond ?? defaults.maxDeletionsPerSecond, batch: behavior.batchSize },
        },
        propagationPolicy: behavior.propagationPolicy,
        gracePeriodSeconds: behavior.gracePeriodSeconds,
        evaluationInterval: intervalOf(policy.spec.evaluationInterval),
        judge(object) {
          if (!fields.matches(object)) return { is: 'unselected', matched: false }
          if (!conditions.holds(object)) return { is: 'unselected', matched: true }
          const protectedBy = protectionOf(defaults.protection, kind, object)
          return protectedBy === undefined ? expiryOf(lifetime, object) : { is: 'never', reason: protectedBy }
        },
      },
    }
  } catch (error) {
    return { problem: { reason: 'InvalidSpec', message: messageOf(error) } }
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

function lifetimeOf(ttl: PolicySpec['ttl']): Lifetime {
  const { secondsAfterCreation, fieldPath, mappings, default: otherwise, relativeTo, secondsAfter } = ttl
  if (secondsAfterCreation !== undefined) return { mode: 'fixed', milliseconds: positive('ttl.secondsAfterCreation', secondsAfterCreation) }
  if (fieldPath !== undefined) {
    return {
      mode: 'field',
      path: within('ttl.fieldPath', () => parseFieldPath(fieldPath)),
      mappings:
        mappings === undefined
          ? undefined
          : new Map(Object.entries(mappings).map(([value, seconds]) => [value, positive(`ttl.mappings["${value}"]`, seconds)])),
      otherwise: otherwise === undefined ? undefined : positive('ttl.default', otherwise),
    }
  }
  if (relativeTo === undefined || secondsAfter === undefined) {
    throw new Error('ttl needs secondsAfterCreation, or fieldPath, or relativeTo together with secondsAfter')
  }
  if (!(secondsAfter >= 0)) throw new Error(`ttl.secondsAfter is ${secondsAfter}: it must be 0 or more`)
  return { mode: 'relative', path: within('ttl.relativeTo', () => parseFieldPath(relativeTo)), milliseconds: secondsAfter * 1000 }
}

function positive(field: string, seconds: number): number {
  if (!(seconds > 0)) throw new Error(`${field} is ${seconds}: it must be more than 0 seconds`)
  return seconds * 1000
}

const SHORTEST_INTERVAL = 1_000

function intervalOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const interval = within('evaluationInterval', () => parseDuration(text))
  if (interval < SHORTEST_INTERVAL) throw new Error(`evaluationInterval is ${text}: it must be 1s or more`)
  return interval
}

/** What `exactOptionalPropertyTypes` wants: absent, not undefined. */
function selectorSpec({ matchLabels, matchExpressions = [] }: NonNullable<PolicySpec['targetResource']['labelSelector']> = {}) {
  return {
    ...(matchLabels !== undefined && { matchLabels }),
    matchExpressions: matchExpressions.map(({ key, operator, values }) => ({ key, operator, ...(values !== undefined && { values }) })),
  }
}

function within<R>(field: string, read: () => R): R {
  try {
    return read()
  } catch (error) {
    const message = messageOf(error)
    throw new Error(message.startsWith(field) ? message : `${field}: ${message}`, { cause: error })
  }
}
