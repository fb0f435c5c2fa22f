import type { VaultRelease } from '../release.ts'
import type { Cluster } from './cluster.ts'
import type { VaultNode } from './node.ts'

/** The body of sys/seal-status and of sys/unseal. */
export function sealStatus(node: VaultNode, cluster: Cluster, release: VaultRelease): Record<string, unknown> {
  const shown = cluster.migration ?? cluster.seal
  const recovery = shown.is === 'auto'
  const known = recovery && node.initialized
  return {
    type: shown.is === 'auto' ? shown.type : 'shamir',
    initialized: node.initialized,
    sealed: node.sealed,
    ...node.seen,
    progress: node.parts.length,
    nonce: node.nonce,
    version: release.version,
    [release.buildDateField]: release.buildDate,
    migration: cluster.migration !== undefined,
    ...(!node.sealed && { cluster_name: cluster.name, cluster_id: cluster.id }),
    recovery_seal: recovery,
    ...(known && { recovery_seal_type: 'shamir' }),
    storage_type: cluster.storage,
    ...(release.removal && cluster.storage === 'raft' && { removed_from_cluster: node.membership === 'removed' }),
  }
}

type HealthCode = 'active' | 'standby' | 'unhealthy' | 'sealed' | 'uninit' | 'removed'

const CODES: Readonly<Record<HealthCode, number>> = { active: 200, standby: 429, unhealthy: 474, sealed: 503, uninit: 501, removed: 530 }

/** The query options that give another code for a state. */
const OPTIONS: Readonly<Record<string, HealthCode>> = {
  activecode: 'active',
  standbycode: 'standby',
  haunhealthycode: 'unhealthy',
  sealedcode: 'sealed',
  uninitcode: 'uninit',
  removedcode: 'removed',
}

export function health(
  node: VaultNode,
  cluster: Cluster,
  release: VaultRelease,
  query: URLSearchParams,
): { status: number; body?: unknown } {
  const codes: Record<string, number> = { ...CODES }
  // A bare ?standbyok without a value has no effect.
  if (/^(?:1|t|true)$/i.test(query.get('standbyok') ?? '')) codes['standby'] = 200
  for (const [option, state] of Object.entries(OPTIONS)) {
    const value = query.get(option)
    if (value === null) continue
    if (!/^\d+$/.test(value)) return { status: 400, body: { errors: [] } }
    codes[state] = Number(value)
  }
  const state = healthState(node, cluster, release)
  const status = codes[state]!
  if (status === 204) return { status }
  const follows = !node.sealed && cluster.active !== node && node.heard
  const settled = !node.sealed && (cluster.active === node || node.heard)
  const removal = release.removal && cluster.storage === 'raft'
  return {
    status,
    body: {
      initialized: node.initialized,
      sealed: node.sealed,
      standby: node.sealed || cluster.active !== node,
      performance_standby: false,
      replication_performance_mode: settled ? 'disabled' : 'unknown',
      replication_dr_mode: settled ? 'disabled' : 'unknown',
      server_time_utc: Math.floor(cluster.clock.now() / 1000),
      version: release.version,
      ...(release.enterpriseField && { enterprise: false, echo_duration_ms: 0, clock_skew_ms: 0, replication_primary_canary_age_ms: 0 }),
      ...(!node.sealed && { cluster_name: cluster.name, cluster_id: cluster.id }),
      ...(removal && { removed_from_cluster: node.membership === 'removed' }),
      ...(removal && follows && { ha_connection_healthy: state !== 'unhealthy', last_request_forwarding_heartbeat_ms: 0 }),
    },
  }
}

function healthState(node: VaultNode, cluster: Cluster, release: VaultRelease): HealthCode {
  if (node.membership === 'removed') return 'removed'
  if (!node.initialized) return 'uninit'
  if (node.sealed) return 'sealed'
  if (cluster.active === node) return 'active'
  const since = node.leaderLostAt
  const lonely = since !== undefined && cluster.clock.monotonic() - since >= cluster.timings.leaderless
  return lonely && release.removal ? 'unhealthy' : 'standby'
}

export function leader(node: VaultNode, cluster: Cluster): Record<string, unknown> {
  const isSelf = cluster.active === node
  const known = isSelf ? node : node.knownLeader
  const raft = cluster.storage === 'raft'
  return {
    ha_enabled: raft,
    is_self: raft && isSelf,
    active_time: raft && isSelf ? new Date(cluster.activeSince).toISOString() : '0001-01-01T00:00:00Z',
    leader_address: raft ? (known?.address ?? '') : '',
    leader_cluster_address: raft && known !== undefined ? clusterAddress(known) : '',
    performance_standby: false,
    performance_standby_last_remote_wal: 0,
    ...(raft && { raft_committed_index: 41, raft_applied_index: 41 }),
  }
}

/** By custom the port after the API's. */
export function clusterAddress(node: VaultNode): string {
  const url = new URL(node.address)
  return `https://${url.hostname}:${Number(url.port) + 1}`
}
