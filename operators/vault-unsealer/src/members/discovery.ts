import { discoveryV1, type KubeObject, Pod, type ReconcileContext } from 'kubewright'
import { mayUsePods } from '../keys/consent.ts'
import { VaultUnsealerGrant } from '../kinds/grant.ts'
import type { VaultUnsealer, VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'
import type { Discovery, Member } from './member.ts'
import { membersOf, selects } from './pods.ts'
import { isAllowedHost, parseAddress, type TargetUrl } from './target-url.ts'

export interface DiscoveryResult extends Discovery {
  /** What is asked for and may not be. */
  readonly refused: readonly string[]
}

/** The nodes that an unsealer means, from the caches. */
export function discover(
  { object, cache }: Pick<ReconcileContext<VaultUnsealer>, 'object' | 'cache'>,
  url: TargetUrl,
  allowedHosts: readonly string[],
): DiscoveryResult {
  const { spec } = object
  if (spec.addresses !== undefined) return staticMembers(spec, url, allowedHosts)
  const own = object.metadata.namespace ?? ''
  const members: Member[] = []
  const absentees: Discovery['absentees'][number][] = []
  const refused: string[] = []
  for (const namespace of spec.namespaces ?? [own]) {
    if (namespace !== own && !mayUsePods(object, cache.list(VaultUnsealerGrant, { namespace }))) {
      refused.push(`pods of namespace ${namespace}: no VaultUnsealerGrant there names this VaultUnsealer with pods: true`)
      continue
    }
    const chosen = selects(spec, spec.serviceName === undefined ? [] : cache.list(discoveryV1.EndpointSlice, { namespace }))
    const found = membersOf(cache.list(Pod, { namespace }).filter(chosen), spec, url)
    members.push(...found.members)
    absentees.push(...found.absentees)
  }
  return { members, absentees, refused }
}

function staticMembers(spec: VaultUnsealerSpec, url: TargetUrl, allowedHosts: readonly string[]): DiscoveryResult {
  const members: Member[] = []
  const refused: string[] = []
  for (const address of spec.addresses ?? []) {
    const at = parseAddress(address, url.port)
    if (at === undefined) refused.push(`address "${address}": it is not HOST or HOST:PORT`)
    else if (!isAllowedHost(at.host, allowedHosts))
      refused.push(`address ${address}: the operator's --vault-unsealer-allowed-hosts does not name ${at.host}`)
    else
      members.push({
        ...{
          id: `${at.host}:${at.port}`,
          name: address,
          pod: undefined,
          host: at.host,
          port: at.port,
          paused: false,
          signature: spec.vault.tlsServerName ?? at.host,
          news: '',
        },
        serverName: spec.vault.tlsServerName ?? at.host,
      })
  }
  return { members, absentees: [], refused }
}

/** Whether a pod or a slice may concern the unsealer. */
export function mayConcern({ metadata, spec }: VaultUnsealer, { metadata: { namespace = '' } }: KubeObject): boolean {
  return (spec.namespaces ?? [metadata.namespace]).includes(namespace)
}
