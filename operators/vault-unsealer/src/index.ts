import { defineOperator, type Manager, type PolicyRule, permissionsOf, Registry } from 'kubewright'
import { unsealerHooks } from './admission/hooks.ts'
import { config, type UnsealerConfig } from './config.ts'
import { view } from './dashboard.ts'
import type { ShareSourceFactory } from './keys/source.ts'
import { VaultUnsealerGrant } from './kinds/grant.ts'
import { VaultUnsealer } from './kinds/vault-unsealer.ts'
import { Meter } from './metrics/meter.ts'
import { reasons } from './reasons.ts'
import { unsealerController } from './reconcile/controller.ts'

export type { Loaded, ShareSource, ShareSourceFactory, SourceFailure } from './keys/source.ts'
export { VaultUnsealerGrant } from './kinds/grant.ts'
export { VaultUnsealer } from './kinds/vault-unsealer.ts'

const usual = config.parse({})

/** What is read right before it counts, and not from a cache; and the question of the webhook. */
const lookUps: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods', 'secrets', 'configmaps'], verbs: ['get'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
]

export interface VaultUnsealerOptions {
  /** Sources of key shares beside those that are built in, for `spec.unsealKeysFrom`, by name. @default none */
  readonly sources?: Readonly<Record<string, ShareSourceFactory>>
}

/** Opens sealed Vault and OpenBao nodes with key shares from safe places, and from sources of one's own. */
export function vaultUnsealerWith({ sources = {} }: VaultUnsealerOptions = {}) {
  return defineOperator({
    name: 'vault-unsealer',
    description: 'unseals HashiCorp Vault and OpenBao with key shares from Secrets, files and other Vaults',
    kinds: [VaultUnsealer, VaultUnsealerGrant],
    permissions: permissionsOf([unsealerController({ config: usual, meter: new Meter(new Registry()), assertLeader: () => undefined })], {
      leaderElection: false,
      events: false,
      also: lookUps,
    }),
    reasons,
    view,
    // One replica looks after all nodes, so that none gets shares from two at once.
    sharded: false,
    webhooks: [unsealerHooks],
    config,
    setup(manager: Manager, settings: UnsealerConfig) {
      const meter = new Meter(manager.metrics)
      manager.add(unsealerController({ config: settings, sources, meter, assertLeader: () => manager.assertLeader() }))
    },
  })
}

export const vaultUnsealer = vaultUnsealerWith()
