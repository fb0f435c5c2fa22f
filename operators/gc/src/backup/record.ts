import { createHash } from 'node:crypto'
import { type KubeObject, parseTime, z } from 'kubewright'

/** On every part of a backup, its number; "0" is the one that is written last, and stands for the whole. */
export const BACKUP_PART = 'gc.kubewright.dev/backup-part'
/** The uid of the policy, for `kubectl get secrets -l`. */
const BACKUP_POLICY = 'gc.kubewright.dev/backup-policy'
/** What the backup is of, as JSON. */
export const BACKUP_RECORD = 'gc.kubewright.dev/backup-record'
/** The type of the Secrets. */
export const BACKUP_TYPE = 'gc.kubewright.dev/backup'
/** Under this key of `data` or `binaryData`: gzip of the object's JSON. */
export const BACKUP_KEY = 'object.json.gz'

const text = z.string().min(1)
const time = z.string().refine((value) => parseTime(value) !== undefined)

const recordShape = z.object({
  apiVersion: text,
  kind: text,
  namespace: text.optional(),
  name: text,
  uid: text,
  resourceVersion: text,
  /** `namespace/name`, or the name of a cluster policy. */
  policy: text,
  policyUid: text,
  /** Why it was deleted. */
  reason: text.optional(),
  takenAt: time,
  expiresAt: time,
  keepLast: z.int().min(1).optional(),
  /** Put on by the policy before the deletion: no part of the object. */
  finalizer: text.optional(),
  part: z.int().min(0),
  parts: z.int().min(1).max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What a backup says about itself, so that it needs neither its policy nor its content to be read to be listed, restored or thrown away. */
export type BackupRecord = z.output<typeof recordShape>

/** One part, as it stands in the cluster. */
export interface StoredPart {
  readonly store: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  /** Wall clock, ms. */
  readonly createdAt: number
  readonly annotations: Readonly<Record<string, string>>
  readonly record: BackupRecord
}

/**
 * The same for the same version of an object, so that a deletion that is tried again finds the backup of the first time. What object names may contain and
 * other names may not (`system:node`) is left out.
 */
export function backupName({ name, uid, resourceVersion, part }: Pick<BackupRecord, 'name' | 'uid' | 'resourceVersion' | 'part'>): string {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '')
  const unique = createHash('sha256').update(`${uid} ${resourceVersion}`).digest('hex').slice(0, 16)
  return `gc-backup-${readable === '' ? '' : `${readable}-`}${unique}${part === 0 ? '' : `-${part}`}`
}

/** What marks an object as a part of a backup. */
export function metadataOf(record: BackupRecord): Required<Pick<KubeObject['metadata'], 'name' | 'labels' | 'annotations'>> {
  return {
    name: backupName(record),
    labels: { [BACKUP_PART]: String(record.part), [BACKUP_POLICY]: record.policyUid },
    annotations: { [BACKUP_RECORD]: JSON.stringify(record) },
  }
}

/**
 * The part that an object of the store is; `undefined` when it is none. Its name has to be the one that a backup of this object would have been given: an object
 * of somebody's that was merely labelled as a backup must not be deleted when "its time is over".
 */
export function storedPart(store: StoredPart['store'], { metadata }: KubeObject): StoredPart | undefined {
  const { name = '', namespace = '', uid = '', resourceVersion = '', creationTimestamp = '', labels = {}, annotations = {} } = metadata
  const record = parseRecord(annotations[BACKUP_RECORD])
  if (record === undefined || labels[BACKUP_PART] !== String(record.part) || name !== backupName(record)) return undefined
  return { store, namespace, name, uid, resourceVersion, createdAt: parseTime(creationTimestamp) ?? 0, annotations, record }
}

/** `undefined`: it is no record of ours. */
export function parseRecord(json: string | undefined): BackupRecord | undefined {
  if (json === undefined) return undefined
  try {
    return recordShape.safeParse(JSON.parse(json)).data
  } catch {
    // Not JSON: not ours.
    return undefined
  }
}
