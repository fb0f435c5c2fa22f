import { defineOperator, type Manager, type PolicyRule, parseDuration, permissionsOf } from 'kubewright'
import { annotationHooks } from './admission/hooks.ts'
import { aliases, config, type VaultSyncConfig } from './config.ts'
import { view } from './dashboard.ts'
import { demoObjects } from './demo.ts'
import { examineVaults } from './doctor/examination.ts'
import { VaultSync, VaultSyncOrphan } from './kind/kinds.ts'
import type { Meter } from './metrics/meter.ts'
import { prometheusMeter } from './metrics/prometheus.ts'
import { rulesOf, worldOf } from './operator-world.ts'
import { orphanController } from './orphans/controller.ts'
import { ANNOTATED_KINDS, ownerController } from './owners/controller.ts'
import { reasons } from './reasons.ts'
import { syncController } from './sync/controller.ts'
import type { World } from './sync/world.ts'
import { VaultHealth } from './vault/health.ts'
import { readVaults } from './vault/vaults-file.ts'

export { VaultSync, VaultSyncOrphan } from './kind/kinds.ts'
export { defaultRules, type PathRule, parseRule } from './path/path-policy.ts'
export { leastGrants, printPolicy, roleCommand } from './policy/least-policy.ts'

const neverAsked = (): never => {
  throw new Error('permissions are read off the controllers before anything runs')
}

const declared = [
  ...ANNOTATED_KINDS.map((kind) => ownerController(kind, { defaults: defaultsOf(config.parse({})), workers: 1, meter: neverAsked })),
  syncController(neverAsked, { workers: 1 }),
  orphanController(neverAsked),
]

/** What no declaration of a controller shows. */
const also: readonly PolicyRule[] = [
  // Values are read one Secret at a time, when they are needed.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  // Its uid tells this cluster from others, when it has no name.
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
  { apiGroups: ['vault-sync.io'], resources: ['vaultsyncorphans'], verbs: ['create', 'delete'] },
]

/** Pushes Secrets into Vault, once per change. */
export const vaultSync = defineOperator({
  name: 'vault-sync',
  description: 'pushes Secrets into Vault, once per change, as annotations of workloads and Secrets say',
  kinds: [VaultSync, VaultSyncOrphan],
  reconciles: ANNOTATED_KINDS.map(({ kind }) => kind),
  permissions: permissionsOf(declared, { leaderElection: false, events: false, ownerReferencesEnforced: true, also }),
  homePermissions: [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }],
  webhooks: (settings) => annotationHooks(once(() => admissionPolicyOf(settings))),
  reasons,
  config,
  aliases,
  view,
  examples: demoObjects,
  examine: (settings, context) => examineVaults(settings, rulesOf(settings), context),
  setup(manager: Manager, settings: VaultSyncConfig) {
    const meter: Meter = prometheusMeter(manager.metrics)
    const health = new VaultHealth()
    // Readiness alone: a Vault that is away is mended by nobody who restarts this program.
    manager.addReadyCheck('vault', () => health.check())
    const world = worldOf(manager, manager.client, settings, meter, health)
    const defaults = defaultsOf(settings)
    for (const kind of ANNOTATED_KINDS) manager.add(ownerController(kind, { defaults, workers: settings.workers, meter: () => meter }))
    manager.add(syncController((): World => world, { workers: settings.workers }))
    manager.add(orphanController((): World => world))
    manager.add({
      name: 'vault-sync-connections',
      needsLeaderElection: false,
      async run(signal) {
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve()
          else signal.addEventListener('abort', () => resolve(), { once: true })
        })
        await world.close()
      },
    })
  },
})

function defaultsOf({ deletionPolicy, driftPolicy, driftInterval }: VaultSyncConfig) {
  return { deletionPolicy, driftPolicy, driftIntervalMs: parseDuration(driftInterval) }
}

function admissionPolicyOf(settings: VaultSyncConfig) {
  const { clusterName, stripData, vaultsFile } = settings
  return {
    rules: rulesOf(settings),
    placement: { clusterName, stripData },
    vaults: vaultsFile === undefined ? [] : [...readVaults(vaultsFile, settings).keys()],
  }
}

/** Files are read when the first object is asked about, and not when manifests are printed. */
function once<R>(make: () => R): () => R {
  let made: { readonly value: R } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
