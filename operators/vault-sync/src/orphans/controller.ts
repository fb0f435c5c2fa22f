import { type ControllerDefinition, controller, formatTime, isNotFound } from 'kubewright'
import { VaultSync, VaultSyncOrphan } from '../kind/kinds.ts'
import { failureOf } from '../sync/failure.ts'
import { restOf } from '../sync/ledger.ts'
import type { World } from '../sync/world.ts'
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
      // The owner is back under its name and has the path again: what is there is wanted.
      if (await isWantedAgain(client, object, signal)) {
        await discard(client, object, signal)
        return
      }
      const connection = world.connectionTo({ vault, vaultNamespace, tenant: undefined })
      const removal = { rest: restOf({ path, mount }), owner, policy: deletionPolicy, version, signal }
      try {
        const removed =
          kv === 1
            ? await removeV1(limitedV1(connection, mount, signal), removal, true)
            : await removeV2(limitedV2(connection, mount, signal), removal)
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

async function isWantedAgain(client: Client, { spec }: VaultSyncOrphan, signal: AbortSignal): Promise<boolean> {
  const resource = await client.resource(VaultSync, { signal })
  const { items } = await resource.list({ namespace: spec.namespace, signal })
  return items.some(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.targets?.some(({ path, vault }) => path === spec.path && vault === spec.vault),
  )
}

async function discard(client: Client, { metadata: { name = '', uid } }: VaultSyncOrphan, signal: AbortSignal): Promise<void> {
  const resource = await client.resource(VaultSyncOrphan, { signal })
  try {
    await resource.delete({ name }, { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
