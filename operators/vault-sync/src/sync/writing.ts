import { type DigestKey, digestOf } from '../desired/digest.ts'
import type { Target, VaultSync } from '../kind/kinds.ts'
import type { Mount } from '../path/placement.ts'
import type { Connection } from '../vault/connections.ts'
import { limitedV1, limitedV2 } from '../vault/limited.ts'
import { type Order, type Written, writeV1, writeV2 } from '../vault/writer.ts'
import { GROWN_VERSION, type Wanted } from './ledger.ts'

export interface WriteTools {
  readonly connection: Connection
  readonly mount: Mount
  readonly sync: VaultSync
  readonly owner: string
  readonly digestKey: DigestKey
  /** Sets what is remembered aside and asks Vault. */
  readonly look: boolean
  readonly now: number
  readonly signal: AbortSignal
}

/** Writes one path, and says what the ledger has to say then. @throws VaultError */
export async function writeTarget(
  { place, path, desired }: Wanted,
  entry: Target,
  { connection, mount, sync, owner, digestKey, look, now, signal }: WriteTools,
): Promise<{ readonly written: Written; readonly entry: Target }> {
  const digest = digestOf(desired.data, digestKey)
  const { driftPolicy, updatePolicy, adopt, verifyValues } = sync.spec
  const version = entry.kv === 1 && mount.version === 2 ? GROWN_VERSION : (entry.version ?? 0)
  const known = entry.owned === true && entry.digest !== undefined ? { version, digest: entry.digest } : undefined
  const order: Order = {
    rest: place.rest,
    desired,
    wish: { owner, digest, known, policy: { driftPolicy, updatePolicy, adopt, verifyValues } },
    ownerUid: sync.spec.owner?.uid ?? sync.metadata.uid ?? '',
    marked: entry.marked === true,
    fresh: entry.state === 'Pending' && known === undefined,
    ...{ look, now, signal },
  }
  const written =
    mount.version === 2
      ? await writeV2(limitedV2(connection, mount.mount), order)
      : await writeV1(limitedV1(connection, mount.mount), order)
  return { written, entry: entryAfter({ ...entry, path, mount: mount.mount, kv: mount.version }, written, digest) }
}

function entryAfter({ message: _, holder: __, ...entry }: Target, written: Written, digest: string): Target {
  switch (written.is) {
    case 'same':
      return {
        ...entry,
        state: 'Synced',
        owned: true,
        digest: entry.digest ?? digest,
        ...(written.version !== undefined && { version: written.version }),
        ...(written.marked && { marked: true }),
      }
    case 'written':
    case 'taken':
      return {
        ...entry,
        state: 'Synced',
        owned: true,
        digest,
        ...(written.version !== undefined && { version: written.version }),
        marked: written.marked,
        ...(written.unmarkedBecause !== undefined && { message: UNMARKED[written.unmarkedBecause] ?? 'it could not be marked as ours' }),
      }
    case 'left':
      return { ...entry, state: 'Drifted', message: 'somebody else changed it in Vault, and it is left so' }
    case 'conflict':
      return {
        ...entry,
        state: 'Conflict',
        message: conflictMessage(written.owner),
        ...(written.owner !== undefined && { holder: written.owner }),
      }
    case 'refused':
      return { ...entry, state: 'Failed', message: written.message }
  }
}

const conflictMessage = (owner: string | undefined) =>
  owner === undefined
    ? 'there is something at this path that is not ours: choose another path, or set the annotation vault-sync.io/adopt to "true" to take it over'
    : `it belongs to ${owner}: choose another path, or set the annotation vault-sync.io/adopt to "true" to take it over`

const UNMARKED: Readonly<Record<string, string>> = {
  MetadataDenied: 'it could not be marked as ours: the policy lacks "patch" or "update" on the metadata',
  CustomMetadataFull: 'it could not be marked as ours: its custom metadata is full',
}
