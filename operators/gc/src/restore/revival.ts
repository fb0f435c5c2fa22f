import { formatTime, type KubeObject, type ObjectMeta } from 'kubewright'
import { DELETE_AT, MARKED_BY } from '../marking/mark.ts'
import { KEEP_UNTIL } from '../protection/respite.ts'
import { withoutServerMade } from './server-made.ts'

export interface RevivalOptions {
  /** @default the namespace that it was in */
  readonly namespaceTo?: string | undefined
  /** Wall clock, ms: no policy deletes it before. */
  readonly keepUntil: number | undefined
  /** Put on by the policy before the deletion. */
  readonly finalizer: string | undefined
  /** What is to become as it was. @default none: it is made anew */
  readonly live?: KubeObject | undefined
}

export interface Revival {
  /** Its owners are as they were: whether they are still there is not known here. */
  readonly object: KubeObject
  readonly notes: readonly string[]
}

/** These the server puts on while it deletes. */
const OF_DELETION = new Set(['foregroundDeletion', 'orphan'])
const OF_COLLECTION = [DELETE_AT, MARKED_BY]

/** What has to be sent so that an object is there again as it was. Pure. */
export function revive(archived: KubeObject, { namespaceTo, keepUntil, finalizer, live }: RevivalOptions): Revival {
  const { metadata, status: _, ...fields } = archived as KubeObject & { readonly status?: unknown }
  const { name, namespace, labels, ownerReferences } = metadata
  const finalizers = (metadata.finalizers ?? []).filter((each) => each !== finalizer && !OF_DELETION.has(each))
  const annotations = {
    ...Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !OF_COLLECTION.includes(key))),
    ...(keepUntil !== undefined && { [KEEP_UNTIL]: formatTime(keepUntil) }),
  }
  const revived: ObjectMeta = {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace: namespaceTo ?? namespace }),
    ...(labels !== undefined && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(finalizers.length > 0 && { finalizers }),
    ...(ownerReferences !== undefined && { ownerReferences }),
    ...(live?.metadata.uid !== undefined && { uid: live.metadata.uid }),
    ...(live?.metadata.resourceVersion !== undefined && { resourceVersion: live.metadata.resourceVersion }),
  }
  const { object, note } = withoutServerMade({ ...fields, metadata: revived }, live)
  return { object, notes: note === undefined ? [] : [note] }
}

interface Ended {
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

/** How it had ended, if it is something that runs: made anew it would run again. */
export function endOf(archived: KubeObject): string | undefined {
  const { phase, conditions = [] } = (archived as Ended).status ?? {}
  switch (`${archived.apiVersion} ${archived.kind}`) {
    case 'v1 Pod':
      return phase === 'Succeeded' || phase === 'Failed' ? phase : undefined
    case 'batch/v1 Job':
      return conditions.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'))?.type
    default:
      return undefined
  }
}
