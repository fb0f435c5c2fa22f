import { isVaultError } from '@kubewright/vault'
import { type Finding, messageOf } from 'kubewright'
import type { VaultSettings } from '../vault/connections.ts'
import type { Need } from './needs.ts'

/** A token as `auth/token/lookup-self` tells of it; seconds. */
export interface TokenFacts {
  readonly creationTtl: number
  readonly renewable: boolean
  readonly policies: readonly string[]
}

/** Vault allows a minute for the times in a ServiceAccount's token; what goes beyond is refused, and says "permission denied" alone. */
const TOLERATED_SKEW_MS = 60_000
/** With less every few requests are a login: its own calls take a part of a second, and a busy Vault lets them wait. */
const SHORT_TTL_SECONDS = 60

const COMMAND = 'kubewright vault-sync policy'

export function unreachable(object: string, error: unknown, { vaultCaFile }: VaultSettings): Finding {
  const isTls = isVaultError(error, 'tls')
  const ca =
    vaultCaFile === undefined
      ? 'give --vault-sync-vault-ca-file'
      : `is ${vaultCaFile} who vouches for it, and --vault-sync-vault-server-name its name?`
  const mend = isTls ? `its certificate is not trusted: ${ca}` : 'look at --vault-sync-vault-addr, and at what is between here and there'
  return { level: 'error', object, problem: messageOf(error), mend }
}

export function serverFindings(
  object: string,
  { state, skewMs, address }: { readonly state: string; readonly skewMs: number; readonly address: string },
): readonly Finding[] {
  const findings: Finding[] = []
  if (state === 'sealed' || state === 'notInitialized') {
    const is = state === 'sealed' ? 'it is sealed' : 'it is not initialized'
    findings.push({ level: 'error', object, problem: `${is}: nothing is written until it is open`, mend: 'vault operator unseal' })
  }
  if (Math.abs(skewMs) > TOLERATED_SKEW_MS) {
    const problem = `its clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} this machine's: logins with ServiceAccounts' tokens are refused`
    findings.push({ level: 'error', object, problem, mend: 'synchronise both clocks (chronyc tracking, timedatectl status)' })
  }
  if (isOpenToAll(address)) {
    const problem = 'the address is http: values and tokens go over the network in the clear'
    findings.push({ level: 'warning', object, problem, mend: 'give Vault a certificate, and https in --vault-sync-vault-addr' })
  }
  return findings
}

function isOpenToAll(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(hostname)
}

export function loginRefused(object: string, error: unknown, settings: VaultSettings): Finding {
  const { vaultAuthMethod, vaultAuthPath = vaultAuthMethod, vaultRole, vaultTokenFile } = settings
  const mend =
    vaultTokenFile === undefined
      ? `vault read auth/${vaultAuthPath}/role/${vaultRole}; ${COMMAND} prints the command that makes it`
      : `put a token that is valid into ${vaultTokenFile}`
  return { level: 'error', object, problem: `the login is refused: ${messageOf(error)}`, mend }
}

/** `undefined`: it may not be looked at. */
export function tokenFindings(object: string, token: TokenFacts | undefined): readonly Finding[] {
  if (token === undefined) {
    const problem = 'the token may not look at itself, so it is not known whether it can be renewed and given back'
    return [{ level: 'warning', object, problem, mend: 'add Vault’s policy "default" to the role' }]
  }
  const { creationTtl, policies } = token
  if (policies.includes('root')) {
    const problem = 'it has a root token: everything in Vault is open to whoever gets hold of the operator'
    return [{ level: 'warning', object, problem, mend: `${COMMAND} prints the policy that is enough, and the role for it` }]
  }
  if (creationTtl === 0 || creationTtl >= SHORT_TTL_SECONDS) return []
  const problem = `its tokens live ${creationTtl} s: it logs in again and again`
  return [{ level: 'warning', object, problem, mend: 'give the role a token_ttl of an hour' }]
}

/** `start`: the mount, or what begins with it. */
export function mountFinding(object: string, start: string, error: unknown): Finding {
  return {
    level: 'error',
    object,
    problem: `the mount of "${start}" cannot be found out: ${messageOf(error)}`,
    mend: `vault secrets list shows whether it is there; the policy must allow something below it: ${COMMAND} --mount MOUNT`,
  }
}

/** What the token lacks, path by path. */
export function lackOf(
  object: string,
  needs: readonly Need[],
  has: ReadonlyMap<string, readonly string[]>,
  mend: string,
): readonly Finding[] {
  return needs.flatMap(({ path, capabilities }) => {
    const granted = has.get(path) ?? []
    const lacking = granted.includes('root') ? [] : capabilities.filter((capability) => !granted.includes(capability))
    return lacking.length === 0
      ? []
      : [{ level: 'error' as const, object, problem: `its token may not ${lacking.join(', ')} at ${path}`, mend }]
  })
}
