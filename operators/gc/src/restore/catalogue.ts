import { type Client, isForbidden, type KubeObject, messageOf, parseApiVersion, parseTime } from 'kubewright'
import { BACKUP_PART, type BackupRecord, type StoredPart, storedPart } from '../backup/record.ts'
import { BACKUP_STORES } from '../backup/stores.ts'
import type { Backup } from './backup.ts'

/** Backups that are there, the newest first. */
export interface Catalogue<B extends Backup = Backup> {
  readonly backups: readonly B[]
  /** What the reader has to know: that some could not be looked at. */
  readonly notes: readonly string[]
}

/** `namespace` absent: all. Reads metadata alone. @throws ApiError, ConnectionError when nothing can be read */
export async function catalogueOf(client: Client, namespace: string | undefined, signal: AbortSignal): Promise<Catalogue<StoredPart>> {
  const backups: StoredPart[] = []
  const refusals: unknown[] = []
  for (const store of BACKUP_STORES) {
    const resource = (await client.resource<KubeObject>({ group: '', version: 'v1', kind: store }, { signal })).metadataOnly()
    try {
      for await (const object of resource.items({ namespace, labelSelector: `${BACKUP_PART}=0`, limit: 500, signal })) {
        const part = storedPart(store, object)
        if (part !== undefined) backups.push(part)
      }
    } catch (error) {
      if (!isForbidden(error)) throw error
      refusals.push(error)
    }
  }
  if (refusals.length === BACKUP_STORES.length) throw refusals[0]
  const notes = refusals.map((error) => `backups may be missing here: ${messageOf(error)}`)
  return { backups: newestFirst(backups), notes }
}

/** Which backups somebody means. Absent fields take all. */
export interface BackupQuery {
  /** Each `KIND/NAME` or `KIND.GROUP/NAME` of what was deleted, or the name of a backup. */
  readonly names?: readonly string[]
  /** `NAME`, or `NAMESPACE/NAME`. */
  readonly policy?: string | undefined
  readonly kind?: string | undefined
  /** Of what was deleted. */
  readonly namespace?: string | undefined
  /** Wall clock, ms: deleted then or later. */
  readonly since?: number | undefined
}

export function backupsOf<B extends Backup>(backups: readonly B[], query: BackupQuery): readonly B[] {
  const { names = [], policy, kind, namespace, since } = query
  return backups.filter(
    (backup) =>
      (names.length === 0 || names.some((name) => isNamed(backup, name))) &&
      (policy === undefined || backup.record.policy === policy || backup.record.policy.endsWith(`/${policy}`)) &&
      (kind === undefined || isOfKind(backup.record, kind)) &&
      (namespace === undefined || backup.record.namespace === namespace) &&
      (since === undefined || takenAt(backup) >= since),
  )
}

/** Of several backups of one object the newest, unless it was named itself. `backups`: the newest first. */
export function latestOfEach<B extends Backup>(backups: readonly B[], names: readonly string[] = []): readonly B[] {
  const seen = new Set<string>()
  return backups.filter(({ name, record }) => {
    const object = `${record.apiVersion} ${record.kind} ${record.namespace ?? ''}/${record.name}`
    if (names.includes(name)) seen.add(object)
    else if (seen.has(object) || backups.some((other) => names.includes(other.name) && isSameObject(other.record, record))) return false
    seen.add(object)
    return true
  })
}

export function isNamed({ name, record }: Pick<Backup, 'name' | 'record'>, wanted: string): boolean {
  if (name === wanted) return true
  const slash = wanted.indexOf('/')
  return slash !== -1 && record.name === wanted.slice(slash + 1) && isOfKind(record, wanted.slice(0, slash))
}

function isOfKind({ apiVersion, kind }: BackupRecord, wanted: string): boolean {
  const lower = wanted.toLowerCase()
  return lower === kind.toLowerCase() || lower === `${kind}.${parseApiVersion(apiVersion).group}`.toLowerCase()
}

const isSameObject = (a: BackupRecord, b: BackupRecord) =>
  a.apiVersion === b.apiVersion && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name

export function newestFirst<B extends Backup>(backups: readonly B[]): readonly B[] {
  return backups.toSorted((a, b) => takenAt(b) - takenAt(a) || (a.name < b.name ? -1 : 1))
}

const takenAt = ({ record }: Backup) => parseTime(record.takenAt) ?? 0
