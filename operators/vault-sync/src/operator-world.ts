import { type Client, type Manager, parseDuration } from 'kubewright'
import type { VaultSyncConfig } from './config.ts'
import { identityOf } from './identity.ts'
import type { Meter } from './metrics/meter.ts'
import { defaultRules, parseRule } from './path/path-policy.ts'
import type { World } from './sync/world.ts'
import { Connections } from './vault/connections.ts'
import type { VaultHealth } from './vault/health.ts'
import { readVaults } from './vault/vaults-file.ts'

/** The world of a running operator, with the connections that have to be closed at its end. @throws ConfigurationError */
export function worldOf(
  manager: Manager,
  client: Client,
  config: VaultSyncConfig,
  meter: Meter,
  health: VaultHealth,
): World & { close(): Promise<void> } {
  const connections = new Connections({
    settings: config,
    others: config.vaultsFile === undefined ? new Map() : readVaults(config.vaultsFile, config),
    audience: config.vaultAudience,
    client,
    clock: manager.clock,
    hooks: {
      onSession: (event) => {
        if (event.is === 'loggedIn') meter.authAttempt('success')
        if (event.is === 'loginFailed') meter.authAttempt('failed')
      },
      onAttempt: ({ status }) => {
        meter.request(String(status))
        health.saw(status)
      },
      onWait: (seconds) => meter.waited(seconds),
    },
  })
  const underWay = new Set<Promise<unknown>>()
  return {
    track(work) {
      underWay.add(work)
      return work.finally(() => underWay.delete(work))
    },
    connectionTo: (access) => connections.get(access),
    rules: rulesOf(config),
    placement: { clusterName: config.clusterName, stripData: config.stripData },
    maxBytes: config.maxSecretBytes,
    cleanupDeadlineMs: parseDuration(config.cleanupDeadline),
    identity: identityOf(client, config),
    tenant: config.tenantRole === undefined ? undefined : { role: config.tenantRole, serviceAccount: config.tenantServiceAccount },
    meter,
    random: Math.random,
    async close() {
      await Promise.allSettled(underWay)
      await connections.close()
    },
  }
}

export function rulesOf({ pathPolicy, clusterName }: Pick<VaultSyncConfig, 'pathPolicy' | 'clusterName'>) {
  return pathPolicy.length === 0 ? defaultRules(clusterName) : pathPolicy.map(parseRule)
}
