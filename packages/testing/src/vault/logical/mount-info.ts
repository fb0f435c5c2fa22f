import type { Mount } from './realm.ts'

/** Request headers that a mount of Vault's own gets to see. */
const PASSED: Readonly<Record<string, readonly string[]>> = { identity: ['Authorization'], system: ['Accept'] }

const PLUGIN_OF_KV = 'v0.25.0+builtin'

/** How a mount is described. Times are 0 in sys/mounts and the system's in internal/ui/mounts. */
export function mountInfo(mount: Mount, version: string, leaseTtl: number): Record<string, unknown> {
  const isKv = mount.type === 'kv'
  return {
    accessor: mount.accessor,
    config: {
      default_lease_ttl: leaseTtl,
      force_no_cache: false,
      max_lease_ttl: leaseTtl,
      ...(PASSED[mount.type] !== undefined && { passthrough_request_headers: PASSED[mount.type] }),
      ...(mount.path.startsWith('auth/') && { token_type: 'default-service' }),
    },
    ...(isKv && { deprecation_status: 'supported' }),
    description: mount.description,
    external_entropy_access: false,
    local: mount.type === 'cubbyhole',
    options: mount.options,
    plugin_version: '',
    running_plugin_version: isKv ? PLUGIN_OF_KV : `v${version}+builtin.vault`,
    running_sha256: '',
    seal_wrap: mount.type === 'system',
    type: mount.type,
    uuid: mount.uuid,
  }
}
