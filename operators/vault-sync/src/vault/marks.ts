/** What says in Vault's custom metadata whose a secret is. */
export interface Marks {
  /** `cluster/namespace/Kind/name`; `''`: released by its last owner. */
  readonly owner: string
  readonly ownerUid: string
  readonly digest: string
  /** The version that the digest is about. */
  readonly syncedVersion: number
  readonly base64Keys: readonly string[]
}

const MANAGED_BY = 'kubewright-vault-sync'

const KEYS = {
  managedBy: 'managed-by',
  owner: 'owner',
  ownerUid: 'owner-uid',
  digest: 'digest',
  syncedVersion: 'synced-version',
  base64Keys: 'base64-keys',
} as const

/** Vault's limit of a value. */
const LONGEST_VALUE = 512

/** The marks in custom metadata; `undefined` when there are none of this operator. */
export function marksIn(customMetadata: Readonly<Record<string, string>>): Marks | undefined {
  if (customMetadata[KEYS.managedBy] !== MANAGED_BY) return undefined
  const version = Number(customMetadata[KEYS.syncedVersion])
  return {
    owner: customMetadata[KEYS.owner] ?? '',
    ownerUid: customMetadata[KEYS.ownerUid] ?? '',
    digest: customMetadata[KEYS.digest] ?? '',
    syncedVersion: Number.isSafeInteger(version) ? version : 0,
    base64Keys: (customMetadata[KEYS.base64Keys] ?? '').split(',').filter((key) => key !== ''),
  }
}

/** As a merge patch: a list of binary keys that has become empty is taken away. */
export function customMetadataOf(marks: Marks): Readonly<Record<string, string | null>> {
  const base64Keys = marks.base64Keys.join(',')
  return {
    [KEYS.managedBy]: MANAGED_BY,
    [KEYS.owner]: marks.owner,
    [KEYS.ownerUid]: marks.ownerUid,
    [KEYS.digest]: marks.digest,
    [KEYS.syncedVersion]: String(marks.syncedVersion),
    [KEYS.base64Keys]: base64Keys === '' ? null : base64Keys,
  }
}

/** Nobody's any more, and known to have been one of ours. Which values are base64 stays true, should somebody undelete it. */
export const RELEASED: Readonly<Record<string, null>> = {
  [KEYS.owner]: null,
  [KEYS.ownerUid]: null,
  [KEYS.digest]: null,
  [KEYS.syncedVersion]: null,
}

/** Why the marks cannot be made; `undefined`: they can. Told before anything is written. */
export function unmarkable(owner: string, base64Keys: readonly string[]): string | undefined {
  if (Buffer.byteLength(base64Keys.join(',')) > LONGEST_VALUE || base64Keys.some((key) => key.includes(',') || !/^[\x20-\x7e]+$/.test(key)))
    return 'it has too many binary values to mark, or one under a name that cannot be marked: push them to several paths'
  return Buffer.byteLength(owner) > LONGEST_VALUE ? `the names of its owner are longer than ${LONGEST_VALUE} bytes` : undefined
}

/** A merge patch done here, for tokens that may replace metadata and not patch it. */
export function merged(
  existing: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = { ...existing }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = value
  }
  return result
}
