import type { KubeObject } from 'kubewright'
import { type Holding, holding, undecided } from '../conditions/holding.ts'
import type { Context } from '../facts/facts.ts'
import type { TargetKind } from '../policy/target.ts'

/** Conditions that one means by a word and that each kind writes in another way. */
export const STATES = [
  'Succeeded',
  'Failed',
  'Finished',
  'Evicted',
  'ScaledToZero',
  'Released',
  'Superseded',
  'Orphaned',
  'Unused',
] as const
export type State = (typeof STATES)[number]

interface Status {
  readonly phase?: unknown
  readonly reason?: unknown
  readonly replicas?: unknown
  readonly conditions?: readonly { readonly type?: unknown; readonly status?: unknown }[]
}

/** Kinds that somebody else refers to by name, and that are watched for it. */
export const REFERENCED_KINDS: readonly string[] = ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'ServiceAccount']

/** @throws Error when objects of the kind are never in that state. */
export function compileState(state: State, kind: TargetKind): (object: KubeObject, context: Context) => Holding {
  const { group, kind: name } = kind
  const only = (kinds: readonly string[], groups: readonly string[]) => {
    if (!kinds.includes(name) || !groups.includes(group)) throw new Error(`${state} is a state of ${kinds.join(', ')}, and not of ${name}`)
  }
  switch (state) {
    case 'Succeeded':
      return (object) => holding(succeeded(statusOf(object)))
    case 'Failed':
      return (object) => holding(failed(statusOf(object)))
    case 'Finished':
      return (object) => holding(succeeded(statusOf(object)) || failed(statusOf(object)))
    case 'Evicted':
      only(['Pod'], [''])
      return (object) => holding(statusOf(object).phase === 'Failed' && statusOf(object).reason === 'Evicted')
    case 'ScaledToZero':
      return (object) => holding(specOf(object)['replicas'] === 0 && (statusOf(object).replicas ?? 0) === 0)
    case 'Released':
      only(['PersistentVolume'], [''])
      return (object) => holding(statusOf(object).phase === 'Released')
    case 'Superseded':
      only(['Secret'], [''])
      return ({ metadata: { labels } }) => holding(labels?.['owner'] === 'helm' && labels['status'] === 'superseded')
    case 'Orphaned':
      return ({ metadata }) => holding((metadata.ownerReferences ?? []).length === 0)
    case 'Unused':
      only(REFERENCED_KINDS, [''])
      return (object, { facts }) => {
        const use = facts.use(kind, object)
        return use.is === 'unknown' ? undecided(use.reason) : holding(use.value.is === 'unused')
      }
  }
}

export const readsMetadataAlone = (state: State) => state === 'Superseded' || state === 'Orphaned' || state === 'Unused'

const statusOf = (object: KubeObject) => (object as { readonly status?: Status }).status ?? {}
const specOf = (object: KubeObject) => (object as { readonly spec?: Readonly<Record<string, unknown>> }).spec ?? {}

const has = ({ conditions }: Status, type: string, status = 'True') =>
  Array.isArray(conditions) && conditions.some((condition) => condition.type === type && condition.status === status)

/** Jobs have conditions and no phase (zen-gc's own example looked for one); Pods have a phase; Argo and Tekton have what is left. */
function succeeded(status: Status): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Completed' || has(status, 'Complete') || has(status, 'Succeeded')
}

function failed(status: Status): boolean {
  return status.phase === 'Failed' || status.phase === 'Error' || has(status, 'Failed') || has(status, 'Succeeded', 'False')
}
