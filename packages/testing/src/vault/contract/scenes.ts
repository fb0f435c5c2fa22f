import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'
import { type FakeVault, type FakeVaultOptions, fakeVault } from '../fake-vault.ts'
import type { Bindings } from './bindings.ts'
import { recording } from './recording.ts'
import type { Scene } from './replay.ts'
import { exchange } from './stage.ts'

/** The recording's order of leaders, so that elections end as they did. */
const RAFT_PORTS = [22100, 22110, 22120]

export interface Staged {
  readonly scene: Scene
  readonly vaults: readonly FakeVault[]
}

type Stager = () => Promise<Staged>

async function raft3(
  name: string,
  lines: readonly [number, number],
  options: FakeVaultOptions,
  directions: (set: RaftSet) => Scene['directions'],
): Promise<Staged> {
  const clock = virtualClock()
  const set: RaftSet = { clock, winner: 'node1', vault: undefined as never }
  set.vault = await fakeVault({ nodes: 3, tls: true, clock, elect: () => set.winner, ...options })
  const cast = Object.fromEntries(
    RAFT_PORTS.map((port, node) => [`n${node + 1}`, { vault: set.vault, node, recordedAddress: `https://127.0.0.1:${port}` }]),
  )
  return { scene: { name, lines, clock, cast, directions: directions(set) ?? {}, inOrderOfSending: true }, vaults: [set.vault] }
}

interface RaftSet {
  readonly clock: VirtualClock
  winner: string
  vault: FakeVault
}

/** What the recording calls the shares of a cluster that was initialised before it began. */
function bindShares(bindings: Bindings, vault: Pick<FakeVault, 'shares' | 'rootToken'>, first = 1): void {
  for (const [index, { hex, base64 }] of vault.shares.entries()) {
    const number = String(first + index).padStart(4, '0')
    bindings.bind(`facececececececececececececececececececececececececececececece${number}`, hex)
    bindings.bind(`FAKEshareB64${first + index}FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAK`, base64)
  }
  bindings.bind('hvs.FAKE-root-1-xxxxxxxxxxxx', vault.rootToken)
}

/** A second share with the x of the first. */
function twin(vault: FakeVault): string {
  const share = Buffer.from(vault.shares[0]!.hex, 'hex')
  share[0]! ^= 1
  return share.toString('hex')
}

const unsealing: Stager = () =>
  raft3('unseal-raft3', [0, 167], { state: 'uninitialized', retryJoin: true }, ({ vault, clock }) => ({
    'unseal: x collision: forged twin': (bindings) =>
      bindings.bind('facececececececececececececececececececececececececececececece0006', twin(vault)),
    'n3 restarted': async () => {
      await vault.nodes[2]!.restart()
      await clock.advance(1_000)
    },
  }))

/** Between the first recording and this one the active node changed; `a` was written. */
const highAvailability: Stager = () =>
  raft3('ha-raft3', [168, 402], { state: 'open', retryJoin: true }, (set) => {
    const { vault, clock } = set
    let old = vault.shares
    const [n1, n2, n3] = vault.nodes as [FakeVault['nodes'][0], FakeVault['nodes'][0], FakeVault['nodes'][0]]
    return {
      '*': async (bindings) => {
        bindShares(bindings, vault)
        await vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
        await vault.admin('POST', 'secret/data/a', { data: { a: '1' } })
        await vault.admin('POST', 'sys/auth/approle', { type: 'approle' })
        set.winner = 'node2'
        n1.stepDown()
        await clock.advance(1_000)
        set.winner = 'node1'
      },
      'active killed -9': async () => {
        set.winner = 'node2'
        await n1.kill()
      },
      'killed node restarted': () => n1.start(),
      'restarted member: wrong share 1': () => n1.restart(),
      'sys/seal on active': () => {
        set.winner = 'node3'
      },
      'all restarted': async () => {
        for (const node of [n1, n2, n3]) await node.kill()
        set.winner = 'node1'
        for (const node of [n1, n2, n3]) await node.start()
      },
      'rekey update 3': () => {
        old = vault.shares
      },
      'after rekey: restarted member': () => n2.restart(),
      'old share 1 after rekey': (bindings) => bindShares(bindings, { shares: old, rootToken: vault.rootToken }),
      'new share 1': (bindings) => bindShares(bindings, vault),
      'removed node restarted': () => n2.restart(),
      'removed node with empty data dir: rejoins': async () => {
        await n2.kill()
        n2.loseItsData()
        await n2.start()
      },
    }
  })

const sealKinds: Stager = async () => {
  const clock = virtualClock()
  const auto = await fakeVault({ state: 'uninitialized', seal: 'auto', clock })
  const m = await fakeVault({ state: 'uninitialized', clock })
  const lf = await fakeVault({ nodes: 2, state: 'uninitialized', clock })
  const cast = {
    auto: { vault: auto, node: 0, recordedAddress: 'http://127.0.0.1:22010' },
    m: { vault: m, node: 0, recordedAddress: 'http://127.0.0.1:22020' },
    l: { vault: lf, node: 0, recordedAddress: 'http://127.0.0.1:22040' },
    f: { vault: lf, node: 1, recordedAddress: 'http://127.0.0.1:22050' },
  }
  const restart = async (vault: FakeVault, to: 'shamir' | 'auto') => {
    vault.startMigration(to)
    await vault.nodes[0]!.restart()
  }
  const directions: Scene['directions'] = {
    'auto-seal: restart': async () => {
      await auto.nodes[0]!.kill()
      clock.setTimer(500, () => void auto.nodes[0]!.start())
    },
    'auto-seal: provider sealed, still open': () => auto.setKms(false),
    'auto-seal: provider sealed': () => auto.nodes[0]!.restart(),
    'migration pending': () => restart(m, 'auto'),
    'migration back pending': () => restart(m, 'shamir'),
    'explicit join': async () => {
      lf.nodes[0]!.unseal()
      await clock.advance(100)
    },
  }
  return { scene: { name: 'seal-kinds', lines: [432, 478], clock, cast, directions, inOrderOfSending: true }, vaults: [auto, m, lf] }
}

const autoSealedByCall: Stager = async () => {
  const clock = virtualClock()
  const auto = await fakeVault({ state: 'open', seal: 'auto', shares: 3, threshold: 2, clock })
  const cast = { auto: { vault: auto, node: 0, recordedAddress: 'http://127.0.0.1:22010' } }
  const directions = { '*': (bindings: Bindings) => bindShares(bindings, auto) }
  return { scene: { name: 'seal-kinds: sealed by call', lines: [830, 836], clock, cast, directions }, vaults: [auto] }
}

interface ServiceAccount {
  readonly name: string
  readonly namespace: string
  readonly audience: string
  /** Seconds from now. */
  readonly expires: number
  readonly notBefore: number
}

class Issuer {
  readonly #key: KeyObject
  readonly publicKey: string
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.#key = privateKey
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }) as string
    this.#clock = clock
  }

  token({
    name = 'app',
    namespace = 'team-a',
    audience = 'https://kubernetes.default.svc',
    expires = 3600,
    notBefore = 0,
  }: Partial<ServiceAccount>): string {
    const now = Math.floor(this.#clock.now() / 1000)
    const uid = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, 32)
    const claims = {
      iss: 'https://kubernetes.default.svc',
      sub: `system:serviceaccount:${namespace}:${name}`,
      aud: [audience],
      exp: now + expires,
      nbf: now + notBefore,
      'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#key).toString('base64url')}`
  }
}

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
const dev: Stager = async () => {
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

async function bindSecret(bindings: Bindings, vault: FakeVault, number: number, settings: object): Promise<void> {
  const made = (await vault.admin('POST', 'auth/approle/role/ci/secret-id', settings)) as { readonly data: { readonly secret_id: string } }
  bindings.bindField('secret_id', `00000000-fa4e-fa4e-fa4e-00000000000${number}`, made.data.secret_id)
}

/** The key under which the recording's tokens were signed, out of the line that configures it. */
function recordedKey(): string {
  const body = recording(540, 540)[0]!.request.body as { readonly jwt_validation_pubkeys: readonly [string] }
  return body.jwt_validation_pubkeys[0]
}

const loneStandby: Stager = () =>
  raft3('ha-raft3: lone standby', [838, 845], { state: 'open' }, ({ vault }) => ({
    '*': async (bindings) => {
      bindShares(bindings, vault)
      await vault.nodes[0]!.kill()
      await vault.nodes[2]!.kill()
    },
  }))

const leaderAway: Stager = async () => {
  const clock = virtualClock()
  const vault = await fakeVault({ nodes: 2, tls: true, state: 'uninitialized', retryJoin: true, clock })
  const n1 = vault.nodes[0]!
  const cast = {
    n1: { vault, node: 0, recordedAddress: 'https://127.0.0.1:22100' },
    n2: { vault, node: 1, recordedAddress: 'https://127.0.0.1:22110' },
  }
  const directions: Scene['directions'] = {
    '*': async (bindings) => {
      await fetchJson(vault, n1.address, 'sys/init', { secret_shares: 3, secret_threshold: 2 })
      n1.unseal()
      await clock.advance(2_000)
      bindShares(bindings, vault)
      await n1.kill()
      // Back ten seconds later, as in the recording.
      clock.setTimer(10_000, () => void n1.start())
      clock.setTimer(10_500, () => n1.unseal())
    },
  }
  const background = ['right shares while no leader is reachable: share 2 (last)']
  return {
    scene: { name: 'unseal-raft3: leader away', lines: [847, 855], clock, cast, directions, background, inOrderOfSending: true },
    vaults: [vault],
  }
}

async function fetchJson(vault: FakeVault, address: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await exchange(
    { url: `${address}/v1/${path}`, method: 'PUT', headers, body: JSON.stringify(body), ca: vault.ca },
    new AbortController().signal,
  )
}

const kvOnRaft: Stager = async () => {
  const clock = virtualClock()
  const vault = await fakeVault({ state: 'open', clock })
  await clock.advance(1_000)
  const directions: Scene['directions'] = {
    '*': (bindings) => bindings.bind('hvs.FAKE-root-1-xxxxxxxxxxxx', vault.rootToken),
    'upgrade v1 with 300 keys': async () => {
      for (let i = 0; i < 300; i++) await vault.admin('POST', `kv1/k${i}`, { a: '1' })
    },
  }
  const cast = { raft: { vault, node: 0, recordedAddress: 'http://127.0.0.1:22400' } }
  return { scene: { name: 'kv2-raft', lines: [856, 868], clock, cast, directions }, vaults: [vault] }
}

/** Small suites on dev servers of their own. */
const afterwards: Stager = async () => {
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

export const SCENES: Readonly<Record<string, Stager>> = {
  unsealing,
  highAvailability,
  loneStandby,
  leaderAway,
  sealKinds,
  autoSealedByCall,
  dev,
  kvOnRaft,
  afterwards,
}
