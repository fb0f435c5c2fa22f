import { type ControllerDefinition, controller, formatTime, isNotFound } from 'kubewright'
import { VaultSync, VaultSyncOrphan } from '../kind/kinds.ts'
import { failureOf } from '../sync/failure.ts'
import { isIn, restOf } from '../sync/ledger.ts'
import { ownerMark, type World } from '../sync/world.ts'
import { limitedV1, limitedV2 } from '../vault/limited.ts'
import { removeV1, removeV2 } from '../vault/remover.ts'

/** Retries what was left behind until it is gone from Vault, and then the record with it. */
export function orphanController(worldOf: () => World): ControllerDefinition<VaultSyncOrphan> {
  const known = new Set<string>()
  return controller(VaultSyncOrphan, {
    name: 'vault-sync-orphan',
    retry: { base: '5s', cap: '10m' },
    async reconcile({ object, client, signal, status, clock, log }) {
      const world = worldOf()
      known.add(object.metadata.name)
      world.meter.orphans(known.size)
      const { path, mount, kv, owner, version, deletionPolicy, vault, vaultNamespace } = object.spec
      const { cluster } = await world.identity(signal)
      if (await isWantedAgain(client, object, { cluster, signal })) {
        await discard(client, object, signal)
        return
      }
      const connection = world.connectionTo({ vault, vaultNamespace, tenant: undefined })
      const removal = { rest: restOf({ path, mount }), owner, policy: deletionPolicy, version, signal }
      try {
        const removed =
          kv === 1 ? await removeV1(limitedV1(connection, mount), removal, true) : await removeV2(limitedV2(connection, mount), removal)
        world.meter.cleanup(removed.is)
        log.info('what was left behind in Vault is settled', { path, outcome: removed.is })
      } catch (error) {
        signal.throwIfAborted()
        status.attempts = (object.status?.attempts ?? 0) + 1
        status.lastError = failureOf(error).message
        status.lastAttemptTime = formatTime(clock.now())
        throw error
      }
      await discard(client, object, signal)
    },
    onDeleted({ name }) {
      known.delete(name)
      worldOf().meter.orphans(known.size)
    },
  })
}

type Client = Parameters<Parameters<typeof controller<VaultSyncOrphan>>[1]['reconcile']>[0]['client']

/**
 * The owner is back under its name and has the path again, or another one has it by now: what is there is wanted. Who only waits for the path does
 * not want what is left of its last owner.
 */
async function isWantedAgain(
  client: Client,
  { spec: { namespace, owner, path, vault, vaultNamespace } }: VaultSyncOrphan,
  { cluster, signal }: { readonly cluster: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const resource = await client.resource(VaultSync, { signal })
  const { items } = await resource.list({ namespace, signal })
  return items.some((sync) => {
    if (sync.metadata.deletionTimestamp !== undefined) return false
    const target = sync.status?.targets?.find((each) => each.path === path && isIn(each, { vault, vaultNamespace }))
    if (target === undefined) return false
    return ownerMark(cluster, sync) === owner || (target.owned === true && target.state !== 'Conflict')
  })
}

async function discard(client: Client, { metadata: { name = '', uid } }: VaultSyncOrphan, signal: AbortSignal): Promise<void> {
  const resource = await client.resource(VaultSyncOrphan, { signal })
  try {
    await resource.delete({ name }, { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
