import { isVaultError, type VaultClient } from '@kubewright/vault'
import { type ExaminationContext, type ExaminedCheck, type Finding, outcomeOf, z } from 'kubewright'
import type { VaultSyncConfig } from '../config.ts'
import { VaultSync } from '../kind/kinds.ts'
import type { PathRule } from '../path/path-policy.ts'
import type { Mount } from '../path/placement.ts'
import { DEFAULT_ACCESS, openClient, type VaultSettings } from '../vault/connections.ts'
import { readVaults } from '../vault/vaults-file.ts'
import { lackOf, loginRefused, mountFinding, serverFindings, type TokenFacts, tokenFindings, unreachable } from './findings.ts'
import { needsOf, useOf } from './needs.ts'

interface Examined {
  readonly name: string | undefined
  readonly settings: VaultSettings
}

/** Looks at every Vault of the settings: whether it answers, lets the operator in, and lets it do what the objects of this cluster need. Writes nothing. */
export async function examineVaults(
  config: VaultSyncConfig,
  rules: readonly PathRule[],
  context: ExaminationContext,
): Promise<readonly ExaminedCheck[]> {
  const others = config.vaultsFile === undefined ? [] : [...readVaults(config.vaultsFile, config)]
  const all: readonly Examined[] = [{ name: undefined, settings: config }, ...others.map(([name, settings]) => ({ name, settings }))]
  const syncs = await syncsIn(context)
  const checks: ExaminedCheck[] = []
  for (const each of all) checks.push(...(await examineVault(each, { config, rules, syncs, context })))
  return checks
}

interface Scene {
  readonly config: VaultSyncConfig
  readonly rules: readonly PathRule[]
  readonly syncs: readonly VaultSync[]
  readonly context: ExaminationContext
}

async function examineVault({ name, settings }: Examined, scene: Scene): Promise<readonly ExaminedCheck[]> {
  const { context } = scene
  const { signal, clock } = context
  const title = name === undefined ? 'vault' : `vault ${name}`
  const object = `vault/${settings.vaultAddr}`
  const client = openClient(settings, DEFAULT_ACCESS, { clock, client: context.client, audience: scene.config.vaultAudience })
  const stop = new AbortController()
  const running = client.run(stop.signal)
  const wrong = (check: string, ...findings: Parameters<typeof outcomeOf>[0]): ExaminedCheck => ({
    check,
    outcome: outcomeOf(findings, ''),
  })
  try {
    const server = await serverOf(client, context)
    const health: ExaminedCheck = {
      check: title,
      outcome: outcomeOf(serverFindings(object, { ...server, address: settings.vaultAddr }), `${settings.vaultAddr} is ${server.state}`),
    }
    if (server.state !== 'active' && server.state !== 'standby') return [health]
    try {
      await client.login({ signal })
    } catch (error) {
      return [health, wrong(`${title} login`, loginRefused(object, error, settings))]
    }
    const token = await tokenOf(client, signal)
    const login: ExaminedCheck = { check: `${title} login`, outcome: outcomeOf(tokenFindings(object, token), tokenNote(token)) }
    return [health, login, await policyCheck(client, { name, settings }, { object, title, scene })]
  } catch (error) {
    signal.throwIfAborted()
    return [wrong(title, unreachable(object, error, settings))]
  } finally {
    stop.abort()
    await running
    await client.close()
  }
}

async function serverOf(
  client: VaultClient,
  { clock, signal }: ExaminationContext,
): Promise<{ readonly state: string; readonly skewMs: number }> {
  const sentAt = clock.now()
  const { state, serverTime = sentAt } = await client.health({ signal })
  return { state, skewMs: sentAt - serverTime }
}

const Lookup = z.object({ creation_ttl: z.number(), renewable: z.boolean().default(false), policies: z.array(z.string()).default([]) })

async function tokenOf(client: VaultClient, signal: AbortSignal): Promise<TokenFacts | undefined> {
  try {
    const { data } = await client.request({ method: 'GET', path: '/v1/auth/token/lookup-self', signal })
    const { creation_ttl, renewable, policies } = Lookup.parse(data)
    return { creationTtl: creation_ttl, renewable, policies }
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return undefined
    throw error
  }
}

const tokenNote = (token: TokenFacts | undefined) =>
  token === undefined
    ? ''
    : `tokens of ${token.creationTtl} s${token.renewable ? ', renewable' : ''}, policies ${token.policies.join(', ')}`

async function policyCheck(
  client: VaultClient,
  { name, settings }: Examined,
  { object, title, scene }: { readonly object: string; readonly title: string; readonly scene: Scene },
): Promise<ExaminedCheck> {
  const { config, rules, syncs, context } = scene
  const check = `${title} policy`
  // A tenant's own login decides then, and who examines is not that tenant.
  if (config.tenantRole !== undefined && name === undefined)
    return {
      check,
      outcome: { is: 'skipped', why: 'with --vault-sync-tenant-role each namespace has its own login, which cannot be tried from here' },
    }
  const use = useOf(syncs, rules, { vault: name, deletionPolicy: config.deletionPolicy })
  const mounts: Mount[] = []
  const findings: Finding[] = []
  for (const path of use.lookups) {
    try {
      const { mount, version } = await client.findMount(path, { signal: context.signal })
      if (!mounts.some((known) => known.mount === mount)) mounts.push({ mount, version })
    } catch (error) {
      context.signal.throwIfAborted()
      findings.push(mountFinding(object, path.slice(0, path.lastIndexOf('/')), error))
    }
  }
  const needs = needsOf(use, mounts, { rules, clusterName: config.clusterName })
  if (needs.length > 0) {
    const has = await client.capabilities(
      needs.map(({ path }) => path),
      { signal: context.signal },
    )
    findings.push(...lackOf(object, needs, has, mendWith(config, mounts, settings)))
  }
  const known = mounts.map(({ mount, version }) => `${mount} (KV ${version})`).join(', ')
  return { check, outcome: outcomeOf(findings, `enough for ${use.namespaces.length} namespace(s) on ${known}`) }
}

/** The command that prints what is missing, for just these settings. */
function mendWith(config: VaultSyncConfig, mounts: readonly Mount[], { vaultRole }: VaultSettings): string {
  const flags = [
    ...(config.clusterName === '' ? [] : ['--cluster-name', config.clusterName]),
    ...config.pathPolicy.flatMap((rule) => ['--path-policy', `'${rule}'`]),
    ...mounts.flatMap(({ mount, version }) => ['--mount', `${mount}=${version}`]),
  ]
  return `kubewright vault-sync policy ${flags.join(' ')} prints the policy for the role ${vaultRole}: vault policy write it`
}

async function syncsIn({ client, signal }: ExaminationContext): Promise<readonly VaultSync[]> {
  // Before anything is installed the settings alone say what is needed.
  if ((await client.discovery.find(VaultSync, { signal })) === undefined) return []
  return (await (await client.resource(VaultSync, { signal })).list({ signal })).items
}
