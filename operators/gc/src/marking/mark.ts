import { formatTime, type KubeObject, parseTime } from 'kubewright'

/** When the object will go. Whoever owns it may set it to a later time, in RFC 3339. */
export const DELETE_AT = 'gc.kubewright.dev/delete-at'
/** For which policy, and about which object: a mark that was copied along with a manifest announces nothing. */
export const MARKED_BY = 'gc.kubewright.dev/marked-by'

export function markOf(policy: string, uid: string, deleteAt: number): Readonly<Record<string, string>> {
  // Rounded up: a time without fractions must not be before the one that was promised.
  return { [DELETE_AT]: formatTime(Math.ceil(deleteAt / 1000) * 1000), [MARKED_BY]: `${policy}@${uid}` }
}

/** The notice that the policy has given, as it stands now. One whose time cannot be read any more is none, and is given anew. */
export function noticeOn({ metadata }: KubeObject, policy: string): { readonly at: number } | undefined {
  const { annotations = {}, uid } = metadata
  if (annotations[MARKED_BY] !== `${policy}@${uid}`) return undefined
  const at = parseTime(annotations[DELETE_AT] ?? '')
  return at === undefined ? undefined : { at }
}
