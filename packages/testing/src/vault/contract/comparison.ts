import type { Bindings } from './bindings.ts'

/** Fields whose value is the server's own chance, age or clock: only that there is one, or none, is compared. */
const OWN = new Set([
  'request_id',
  'version',
  'build_date',
  'server_time_utc',
  'cluster_id',
  'cluster_name',
  'nonce',
  'active_time',
  'created_time',
  'updated_time',
  'creation_time',
  'deletion_time',
  'expire_time',
  'issue_time',
  'last_renewal',
  'last_renewal_time',
  'last_updated_time',
  'expiration_time',
  'client_id',
  'actor',
  'entity_id',
  'accessor',
  'uuid',
  'root_token',
  'client_token',
  'id',
  'token',
  'wrapped_accessor',
  'secret_id',
  'secret_id_accessor',
  'role_id',
  'keys_base64',
  'recovery_keys_base64',
  'recovery_keys',
  'raft_committed_index',
  'raft_applied_index',
  'last_echo',
  'index',
  'address',
  'leader_address',
  'leader_cluster_address',
  'api_address',
  'cluster_address',
  'kubernetes_host',
  'kubernetes_ca_cert',
  'service_account_uid',
  'clock_skew_ms',
  'echo_duration_ms',
  'last_request_forwarding_heartbeat_ms',
])

/** Where two answers differ, field by field; learns what placeholders stand for on the way. */
export function differences(recorded: unknown, live: unknown, bindings: Bindings, path = ''): string[] {
  const field = path.slice(path.lastIndexOf('.') + 1)
  if (typeof recorded === 'string' && typeof live === 'string') {
    const isOwn = OWN.has(field) || OWN.has(path.split('.').at(-2) ?? '') || isShare(recorded)
    if (isOwn && (recorded === '') === (live === '')) {
      bindings.bind(recorded, live)
      bindings.bindField(field, recorded, live)
      return []
    }
    return recorded === live || bindings.text(recorded) === live ? [] : [difference(path, recorded, live)]
  }
  if (Array.isArray(recorded) && Array.isArray(live)) {
    if (recorded.length !== live.length) return [difference(path, recorded, live)]
    return recorded.flatMap((item, index) => differences(item, live[index], bindings, `${path}.${index}`))
  }
  if (isObject(recorded) && isObject(live)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(live)])].sort()
    return keys.flatMap((key) => {
      if (key in recorded && key in live) return differences(recorded[key], live[key], bindings, `${path}.${key}`)
      return [key in recorded ? `${path}.${key} is missing` : `${path}.${key} is not Vault's`]
    })
  }
  // The recording's clock ran on between two requests; the fake's stands still.
  if (
    (field === 'ttl' || field === 'lease_duration') &&
    typeof recorded === 'number' &&
    typeof live === 'number' &&
    Math.abs(recorded - live) <= 1
  )
    return []
  if (OWN.has(field) && typeof recorded === typeof live && recorded !== null && live !== null) return []
  return Object.is(recorded, live) ? [] : [difference(path, recorded, live)]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isShare = (text: string) => /^(?:face[0-9a-f]{30,}|FAKEshareB64\w+=*)$/.test(text)

function difference(path: string, recorded: unknown, live: unknown): string {
  const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 160)
  return `${path} is ${shown(live)} and ${shown(recorded)} in Vault`
}
