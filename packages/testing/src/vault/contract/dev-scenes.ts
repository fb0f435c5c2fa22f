import { virtualClock } from '../../virtual-clock.ts'
import { type FakeVault, fakeVault } from '../fake-vault.ts'
import type { Bindings } from './bindings.ts'
import { Issuer, type ServiceAccount } from './issuer.ts'
import { recording } from './recording.ts'
import type { Scene } from './replay.ts'
import type { Stager } from './staged.ts'

const SERVICE_ACCOUNTS: Readonly<Record<number, Partial<ServiceAccount>>> = {
  1: { name: 'reviewer', namespace: 'vault' },
  2: {},
  3: { name: 'other' },
  4: { namespace: 'team-x' },
  5: { namespace: 'team-b' },
  6: { audience: 'vault' },
  7: { audience: 'vault' },
  8: { audience: 'other' },
  9: {},
  10: { expires: -30 },
  11: { notBefore: 600 },
  12: { expires: 3601 },
  13: { name: 'gone' },
  16: { audience: 'vault' },
  17: { name: 'other', audience: 'vault' },
  18: { audience: 'vault', expires: -3000 },
}

const READ = 'path "secret/data/team-a/*" { capabilities = ["read"] }'
const POLICIES: Readonly<Record<string, string>> = {
  app: 'path "secret/data/team-a/*" { capabilities = ["create", "read", "update", "patch", "delete"] }',
  27: READ,
  28: 'path "secret/data/team-a/*" { capabilities = ["create"] }',
  29: 'path "sys/nothing" { capabilities = ["read"] }',
  30: 'path "secret/data/team-a/*" { capabilities = ["create", "update"] }\npath "secret/metadata/team-a/*" { capabilities = ["create", "update", "read"] }',
  31: `${READ}\npath "secret/data/team-a/x" { capabilities = ["deny"] }`,
}

/** One dev server through all suites of logins, tokens and KV. */
export const dev: Stager = async () => {
  const clock = virtualClock()
  const issuer = new Issuer(clock)
  const foreign = new Issuer(clock)
  let reviewer: 'well' | 'refuses' = 'well'
  const refused = new Set<string>()
  const vault = await fakeVault({
    clock,
    tokenReview: async (jwt) => ({ authenticated: reviewer === 'well' && !refused.has(jwt) }),
  })
  const bindTokens = (bindings: Bindings, special: Readonly<Record<number, Partial<ServiceAccount>>> = {}) => {
    for (const [number, account] of Object.entries({ ...SERVICE_ACCOUNTS, ...special }))
      bindings.bind(`FAKE.jwt-sa-jwt-${number}.FAKE`, issuer.token(account))
    const bad = foreign.token({})
    refused.add(bad)
    bindings.bind('FAKE.jwt-bad-signature.FAKE', bad)
  }
  const role = (name: string, settings: object) =>
    vault.admin('POST', `auth/kubernetes/role/${name}`, {
      bound_service_account_names: ['app'],
      bound_service_account_namespaces: ['team-a'],
      token_policies: ['app'],
      token_ttl: '1h',
      token_max_ttl: '2h',
      ...settings,
    })
  const review = (state: typeof reviewer) => () => {
    reviewer = state
  }
  const makeToken = async (bindings: Bindings, number: number) => {
    await vault.admin('PUT', `sys/policies/acl/p${number}`, { policy: POLICIES[number] })
    const made = (await vault.admin('POST', 'auth/token/create', { policies: [`p${number}`] })) as {
      readonly auth: { readonly client_token: string }
    }
    bindings.bind(`hvs.FAKE-token-${number}-${'x'.repeat(95 - `hvs.FAKE-token-${number}-`.length)}`, made.auth.client_token)
  }
  const directions: Scene['directions'] = {
    '*': async (bindings) => {
      bindTokens(bindings)
      await vault.admin('PUT', 'sys/policies/acl/app', { policy: POLICIES['app'] })
    },
    'list roles': () => role('starns', { bound_service_account_namespaces: ['team-*'] }),
    'login: wrong issuer': (bindings) => void refused.add(bindings.text('FAKE.jwt-sa-jwt-12.FAKE')),
    'login: to be deleted, ok': () => role('gone', { bound_service_account_names: ['gone'] }),
    'login: reviewer lacks system:auth-delegator': review('refuses'),
    'login: reviewer token expired 30 s ago': review('well'),
    'login: API server down': review('refuses'),
    'login: no reviewer, client SA with delegator': review('well'),
    'login: token_num_uses 2': () => role('uselimited', { token_num_uses: 2 }),
    'login: batch token': () => role('batch', { token_type: 'batch' }),
    'login: bound CIDR does not match': () => role('cidr', { token_bound_cidrs: ['10.0.0.0/8'] }),
    'login: no policies': () => role('def', { token_policies: [], token_no_default_policy: true }),
    'configure jwt': async (bindings) => {
      await vault.admin('POST', 'sys/auth/jwt', { type: 'jwt' })
      bindings.bind(recordedKey(), issuer.publicKey)
    },
    'approle role': () => vault.admin('POST', 'sys/auth/approle', { type: 'approle' }),
    'approle login: secret_id 0.6 s past': () => clock.advance(2_600),
    'destroy secret-id': async (bindings) => bindSecret(bindings, vault, 3, {}),
    'approle login: secret_id bound to other CIDR': async (bindings) => bindSecret(bindings, vault, 4, { cidr_list: ['10.0.0.0/8'] }),
    'userpass: ok': async () => {
      await vault.admin('POST', 'sys/auth/userpass', { type: 'userpass' })
      await vault.admin('POST', 'auth/userpass/users/bob', { password: 'FAKE-password', token_policies: ['app'] })
    },
    'renew-self at 2.5 s': () => clock.advance(2_000),
    'renew-self at 5.5 s': () => clock.advance(3_400),
    'expired: lookup-self': () => clock.advance(5_000),
    'k8s token: renew-self beyond token_max_ttl': () => clock.advance(900),
    'delete_version_after: read later': () => clock.advance(2_300),
    'read-only: read': async (bindings) => {
      for (const number of [27, 28, 29, 30, 31]) await makeToken(bindings, number)
    },
  }
  const cast = { dev: { vault, node: 0, recordedAddress: 'http://127.0.0.1:22300' } }
  return { scene: { name: 'dev', lines: [479, 799], clock, cast, directions }, vaults: [vault] }
}

/** Small suites on dev servers of their own. */
export const afterwards: Stager = async () => {
  const clock = virtualClock()
  const vault = await fakeVault({ clock })
  const directions: Scene['directions'] = {
    'approle login: secret_id 10962 ms old': async (bindings) => {
      await vault.admin('POST', 'sys/auth/approle', { type: 'approle' })
      await vault.admin('POST', 'auth/approle/role/ci', { token_ttl: '1h' })
      const { data } = (await vault.admin('GET', 'auth/approle/role/ci/role-id')) as { readonly data: { readonly role_id: string } }
      bindings.bindField('role_id', '00000000-fa4e-fa4e-fa4e-000000000001', data.role_id)
      await bindSecret(bindings, vault, 1, { ttl: '2s' })
      await clock.advance(10_962)
    },
    // The first of two polls, just before the tidy.
    'approle login: secret_id past its ttl': () => clock.advance(45_000),
  }
  const cast = { dev: { vault, node: 0, recordedAddress: 'http://127.0.0.1:22300' } }
  return { scene: { name: 'dev: afterwards', lines: [819, 829], clock, cast, directions }, vaults: [vault] }
}

async function bindSecret(bindings: Bindings, vault: FakeVault, number: number, settings: object): Promise<void> {
  const made = (await vault.admin('POST', 'auth/approle/role/ci/secret-id', settings)) as { readonly data: { readonly secret_id: string } }
  bindings.bindField('secret_id', `00000000-fa4e-fa4e-fa4e-00000000000${number}`, made.data.secret_id)
}

/** The key under which the recording's tokens were signed, out of the line that configures it. */
function recordedKey(): string {
  const body = recording(540, 540)[0]!.request.body as { readonly jwt_validation_pubkeys: readonly [string] }
  return body.jwt_validation_pubkeys[0]
}
