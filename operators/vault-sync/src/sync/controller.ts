import { type ControllerDefinition, controller, onUpdate, references, Secret, watch } from 'kubewright'
import { FINALIZER } from '../annotations/names.ts'
import { secretNamesOf } from '../desired/content.ts'
import { VaultSync, VaultSyncOrphan } from '../kind/kinds.ts'
import { cleanUpOnce } from './cleanup.ts'
import { syncOnce } from './pass.ts'
import { awaitedOrphans, awaitedSyncs, beginsToWait, letsGo } from './waiting.ts'
import type { World } from './world.ts'

/** Brings Vault to what each VaultSync says. A Secret that changes concerns those that name it, and a path that is let go of those that wait for it, at once. */
export function syncController(worldOf: () => World, { workers }: { readonly workers: number }): ControllerDefinition<VaultSync> {
  return controller(VaultSync, {
    name: 'vault-sync',
    workers,
    finalizer: FINALIZER,
    // One namespace with a thousand objects must not keep the others waiting.
    fairness: { share: 'time' },
    // A second: Vault is not asked again while it is still answering the others. Five minutes: a policy that is mended is noticed without a change.
    retry: { base: '1s', cap: '5m' },
    // Each object says itself when it is to be looked at again.
    resync: false,
    watches: [
      references<Secret, VaultSync>(Secret, ({ spec }) => secretNamesOf(spec), { metadataOnly: true }),
      references<VaultSync, VaultSync>(VaultSync, awaitedSyncs, { predicates: [letsGo] }),
      watch(VaultSync, awaitedSyncs, { predicates: [beginsToWait] }),
      references<VaultSyncOrphan, VaultSync>(VaultSyncOrphan, awaitedOrphans, { predicates: [onUpdate(() => false)] }),
    ],
    reconcile: (context) => tracked(worldOf(), (world) => syncOnce(context, world)),
    cleanup: (context) => tracked(worldOf(), (world) => cleanUpOnce(context, world)),
  })
}

const tracked = <T>(world: World, work: (world: World) => Promise<T>): Promise<T> => world.track(work(world))
