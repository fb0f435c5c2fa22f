/** What the key of a backup says: all that has to be known to throw it away when its time is over, without reading it. */
export interface BackupKey {
  /** Of the object that was deleted; `undefined`: of none. */
  readonly namespace: string | undefined
  readonly policyUid: string
  /** Seconds after it was written. */
  readonly keepForSeconds: number
  readonly keepLast: number | undefined
  readonly name: string
}

/** No namespace has this name. */
const OF_NO_NAMESPACE = '_'
const KEY =
  /^(?<namespace>_|[a-z0-9][-a-z0-9]{0,62})\/(?<policyUid>[A-Za-z0-9-]{1,64})\/(?<seconds>\d{1,10})(?:-(?<last>\d{1,6}))?\/(?<name>gc-backup-(?:[a-z0-9][-a-z0-9]{0,60}-)?[0-9a-f]{16})\.json\.gz$/

/**
 * The same for the same version of an object under the same policy: what is tried again is written over, and not beside. It names no time, for the list tells when
 * each object was written.
 */
export function keyOf({ namespace, policyUid, keepForSeconds, keepLast, name }: BackupKey): string {
  const kept = keepLast === undefined ? `${keepForSeconds}` : `${keepForSeconds}-${keepLast}`
  return `${folderOf(namespace)}${policyUid}/${kept}/${name}.json.gz`
}

/** Under which the backups of a namespace are. */
export function folderOf(namespace: string | undefined): string {
  return `${namespace ?? OF_NO_NAMESPACE}/`
}

/** `undefined`: it is none of ours, and nothing happens to it. */
export function parseKey(key: string): BackupKey | undefined {
  const { namespace, policyUid = '', seconds, last, name = '' } = KEY.exec(key)?.groups ?? {}
  if (namespace === undefined) return undefined
  return {
    namespace: namespace === OF_NO_NAMESPACE ? undefined : namespace,
    policyUid,
    keepForSeconds: Number(seconds),
    keepLast: last === undefined ? undefined : Number(last),
    name,
  }
}
