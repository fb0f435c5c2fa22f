import { isVaultError } from '@kubewright/vault'
import type { Target, VaultSync } from '../kind/kinds.ts'
import { isAllowed } from '../path/path-policy.ts'
import { limitedV1, limitedV2 } from '../vault/limited.ts'
import { type Removed, removeV1, removeV2 } from '../vault/remover.ts'
import { GROWN_VERSION, restOf } from './ledger.ts'
import { accessOf, scopeOf, type World } from './world.ts'

export interface RemoveTools {
  readonly world: World
  readonly sync: VaultSync
  readonly owner: string
  readonly signal: AbortSignal
}

/** Takes what an entry of the ledger names out of Vault, by the object's policy, when it is still its own. @throws VaultError */
export async function removeTarget(entry: Target, { world, sync, owner, signal }: RemoveTools): Promise<Removed> {
  const rest = restOf(entry)
  const policy = sync.spec.deletionPolicy
  // A ledger that somebody has written into gives no more rights than the annotations do.
  if (!isAllowed(world.rules, scopeOf(world, sync.metadata.namespace ?? ''), { mount: entry.mount, rest }))
    return { is: 'foreign', owner: undefined }
  // Never written: the entry was there before its write, which did not happen or was refused.
  if (entry.owned !== true && entry.kv === 1) return { is: 'gone' }
  const connection = world.connectionTo({ ...accessOf(sync, world), vault: entry.vault, vaultNamespace: entry.vaultNamespace })
  const removal = { rest, owner, policy, version: entry.owned === true ? entry.version : undefined, signal }
  if (entry.kv !== 1) return await removeV2(limitedV2(connection, entry.mount), removal)
  try {
    return await removeV1(limitedV1(connection, entry.mount), removal, entry.owned === true)
  } catch (error) {
    if (!isVaultError(error, 'notFound') || error.failure.what !== 'wrongKvVersion') throw error
    return await removeV2(limitedV2(connection, entry.mount), { ...removal, version: GROWN_VERSION })
  }
}
