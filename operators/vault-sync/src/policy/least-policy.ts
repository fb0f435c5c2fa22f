import type { VaultSyncSpec } from '../kind/kinds.ts'
import { DELETION_POLICIES } from '../kind/policies.ts'
import type { PathRule } from '../path/path-policy.ts'

export interface LeastPolicyOptions {
  readonly rules: readonly PathRule[]
  readonly clusterName: string
  /** What "any mount" of a rule stands for: a policy of Vault cannot say it. */
  readonly mounts: readonly { readonly mount: string; readonly version: 1 | 2 }[]
  /** The policies by which objects may remove what they have. @default all */
  readonly deletionPolicies?: readonly VaultSyncSpec['deletionPolicy'][]
  /** Whether values may be compared with those in Vault: after an interrupted write, for drift, and with `rotation-check: disabled`. @default false */
  readonly readValues?: boolean
  /** One namespace instead of all: the policy of a tenant's role. */
  readonly namespace?: string
}

/** What one path of a policy may. */
export interface Grant {
  readonly path: string
  readonly capabilities: readonly string[]
}

/** The least that the operator needs in Vault. */
export function leastGrants(options: LeastPolicyOptions): readonly Grant[] {
  const { deletionPolicies = DELETION_POLICIES, readValues = false } = options
  const grants = new Map<string, Set<string>>()
  const grant = (path: string, ...capabilities: readonly string[]) => {
    const known = grants.get(path) ?? new Set()
    for (const capability of capabilities) known.add(capability)
    grants.set(path, known)
  }
  for (const { mount, version, rest } of patternsOf(options)) {
    if (version === 1) {
      // A KV 1 has nothing but values: whose they are, and whether they are right, is only to be seen by reading them.
      grant(`${mount}/${rest}`, 'create', 'update', 'read', ...(deletionPolicies.some((each) => each !== 'Retain') ? ['delete'] : []))
      continue
    }
    grant(`${mount}/data/${rest}`, 'create', 'update', ...(readValues ? ['read'] : []))
    grant(`${mount}/metadata/${rest}`, 'read', 'patch', ...(deletionPolicies.includes('DeleteAll') ? ['delete'] : []))
    if (deletionPolicies.includes('SoftDelete')) grant(`${mount}/delete/${rest}`, 'update')
    if (deletionPolicies.includes('Destroy')) grant(`${mount}/destroy/${rest}`, 'update')
  }
  return [...grants].map(([path, capabilities]) => ({ path, capabilities: [...capabilities].sort() }))
}

/** As `vault policy write` takes it. The token's own renewal and end are in Vault's policy `default`. */
export function printPolicy(grants: readonly Grant[]): string {
  return grants
    .map(({ path, capabilities }) => `path "${path}" {\n  capabilities = [${capabilities.map((each) => `"${each}"`).join(', ')}]\n}\n`)
    .join('\n')
}

export interface RoleOptions {
  readonly authPath: string
  readonly role: string
  readonly policy: string
  readonly serviceAccount: string
  readonly namespace: string
  readonly audience: string | undefined
}

/** The command that makes the role of the kubernetes auth method. */
export function roleCommand({ authPath, role, policy, serviceAccount, namespace, audience }: RoleOptions): string {
  const lines = [
    `vault write auth/${authPath}/role/${role}`,
    `bound_service_account_names=${serviceAccount}`,
    `bound_service_account_namespaces=${namespace}`,
    ...(audience === undefined ? [] : [`audience=${audience}`]),
    `token_policies=${policy}`,
    'token_ttl=1h',
    'token_max_ttl=24h',
  ]
  return lines.join(' \\\n  ')
}

function patternsOf({ rules, clusterName, mounts, namespace }: LeastPolicyOptions) {
  return rules.flatMap(({ path }) => {
    const segments = path
      .replaceAll(/\{\{\s*cluster\s*\}\}/g, clusterName)
      .replaceAll(/\{\{\s*namespace\s*\}\}/g, namespace ?? '*')
      .split('/')
    const chosen = segments[0] === '*' ? mounts : mounts.filter(({ mount }) => path.startsWith(`${mount}/`))
    return chosen.map(({ mount, version }) => {
      const rest = segments.slice(segments[0] === '*' ? 1 : mount.split('/').length)
      return { mount, version, rest: rest.map(inVault).join('/') }
    })
  })
}

/** In Vault `+` is one segment, and a `*` stands at the end alone: a part of a segment becomes all of it, and the operator itself is the narrower fence. */
function inVault(segment: string, at: number, all: readonly string[]): string {
  const isLast = at === all.length - 1
  if (segment === '**') return '*'
  if (!segment.includes('*')) return segment
  return isLast && segment.endsWith('*') && segment.indexOf('*') === segment.length - 1 && segment !== '*' ? segment : '+'
}
