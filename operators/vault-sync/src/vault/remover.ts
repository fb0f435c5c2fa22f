import { isVaultError, type KvMetadata } from '@kubewright/vault'
import type { VaultSyncSpec } from '../kind/kinds.ts'
import type { SyncKvV1, SyncKvV2 } from './limited.ts'
import { marksIn, merged, RELEASED } from './marks.ts'
import { unbroken } from './unbroken.ts'

export interface Removal {
  readonly rest: string
  /** Who it must belong to. */
  readonly owner: string
  readonly policy: VaultSyncSpec['deletionPolicy']
  /** The version that was written last; `undefined`: none is known. */
  readonly version: number | undefined
  readonly signal: AbortSignal
}

export type Removed =
  | { readonly is: 'removed' }
  /** By policy. */
  | { readonly is: 'kept' }
  | { readonly is: 'gone' }
  /** It is another's by now, or was changed by hand and carries no mark: not ours to delete. */
  | { readonly is: 'foreign'; readonly owner: string | undefined }

/** Takes one path out of a KV 2, when it is still the owner's. Harmless when it is done twice. */
export async function removeV2(kv: SyncKvV2, { rest, owner, policy, version, signal }: Removal): Promise<Removed> {
  if (policy === 'Retain') return { is: 'kept' }
  const metadata = await kv.metadata(rest, { signal })
  if (metadata === undefined || metadata.currentVersion === 0) return { is: 'gone' }
  const marks = marksIn(metadata.customMetadata)
  // Released before, by a cleanup that could not note it down.
  if (marks?.owner === '') return { is: 'gone' }
  if (marks !== undefined ? marks.owner !== owner : version === undefined || metadata.currentVersion !== version)
    return { is: 'foreign', owner: marks?.owner }
  return await unbroken(signal, (unbrokenSignal) => take(kv, rest, metadata, { policy, signal: unbrokenSignal }))
}

async function take(
  kv: SyncKvV2,
  rest: string,
  metadata: KvMetadata,
  { policy, signal }: { readonly policy: Exclude<Removal['policy'], 'Retain'>; readonly signal: AbortSignal },
): Promise<Removed> {
  switch (policy) {
    case 'SoftDelete':
      await kv.deleteVersions(rest, [metadata.currentVersion], { signal })
      await release(kv, rest, metadata, signal)
      return { is: 'removed' }
    case 'Destroy':
      await kv.destroy(rest, [...metadata.versions.keys()], { signal })
      await release(kv, rest, metadata, signal)
      return { is: 'removed' }
    case 'DeleteAll':
      await kv.purge(rest, { signal })
      return { is: 'removed' }
  }
}

/** What is left of it is free for the next owner, who need not adopt a grave. A token that may not is no obstacle: the mark tells who it was. */
async function release(kv: SyncKvV2, rest: string, { customMetadata }: KvMetadata, signal: AbortSignal): Promise<void> {
  try {
    await kv.patchMetadata(rest, { customMetadata: RELEASED }, { signal })
  } catch (error) {
    if (!isVaultError(error, 'permissionDenied', 'invalid')) throw error
    await kv.setMetadata(rest, { customMetadata: merged(customMetadata, RELEASED) }, { signal }).catch((again: unknown) => {
      if (!isVaultError(again, 'permissionDenied')) throw again
    })
  }
}

/** A KV 1 has no marks: the ledger alone says whose it is. */
export async function removeV1(kv: SyncKvV1, { rest, policy, signal }: Removal, owned: boolean): Promise<Removed> {
  if (policy === 'Retain') return { is: 'kept' }
  if (!owned) return { is: 'foreign', owner: undefined }
  await kv.delete(rest, { signal })
  return { is: 'removed' }
}
