import { apiVersionOf, type KubeObject, messageOf } from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { readPolicy } from '../policy/policy.ts'
import { SYSTEM_NAMESPACES } from '../protection/protection.ts'

/** On a policy that was imported without all of its conditions: what is missing. It is a dry run until somebody has looked. */
const NOT_IMPORTED = 'gc.kubewright.dev/not-imported'

type Fields = Readonly<Record<string, unknown>>

export interface Draft {
  /** `undefined`: of the whole cluster. */
  readonly namespace: string | undefined
  readonly name: string
  readonly labels?: Fields | undefined
  readonly annotations?: Fields | undefined
  readonly spec: Fields
  /** Conditions that could not be converted: without them the policy would delete more than its author wanted. */
  readonly lost: readonly string[]
}

/** The manifest of a policy, with what is wrong with it. `who`: the manifest it comes from. */
export function finished(draft: Draft, who: string): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const { namespace, name, labels, annotations = {}, lost } = draft
  const kind = namespace === undefined ? ClusterGarbageCollectionPolicy : GarbageCollectionPolicy
  const notes = lost.length === 0 ? annotations : { ...annotations, [NOT_IMPORTED]: lost.join('; ') }
  const spec = lost.length === 0 ? draft.spec : { ...draft.spec, behavior: { ...(draft.spec['behavior'] as Fields), dryRun: true } }
  const object = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      ...(namespace !== undefined && { namespace }),
      name,
      ...(labels !== undefined && Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(notes).length > 0 && { annotations: notes }),
    },
    spec: compact(spec),
  } as KubeObject
  return {
    object,
    warnings: [
      ...lost.map((what) => `${who}: ${what}`),
      ...(lost.length > 0 ? [`${who}: imported as a dry run, for without that it would delete more than it should`] : []),
      ...problemsOf(object, who),
    ],
  }
}

/** What the operator would say of it, said now. */
function problemsOf(object: KubeObject, who: string): readonly string[] {
  try {
    const policy = (object.kind === ClusterGarbageCollectionPolicy.kind ? ClusterGarbageCollectionPolicy : GarbageCollectionPolicy).parse(
      object,
    ) as Policy
    const reading = readPolicy(policy, { maxDeletionsPerSecond: 100, protection: { namespaces: SYSTEM_NAMESPACES, allowedKinds: [] } })
    return 'problem' in reading ? [`${who}: as it is, it would delete nothing: ${reading.problem.message}`] : []
  } catch (error) {
    return [`${who}: as it is, the API server will refuse it: ${messageOf(error)}`]
  }
}

/** Without what is not there: YAML would say null. */
export function compact<T>(value: T): T {
  if (Array.isArray(value)) return value.map(compact) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, compact(inner)]),
  ) as T
}

/** A name that Kubernetes takes, made of parts that it may not. */
export function nameOf(...parts: readonly string[]): string {
  const name = parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .slice(0, 253)
  return name.replace(/^[-.]+|[-.]+$/g, '') || 'imported'
}
