import { type Clock, systemClock } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { LOOPBACK } from '../process/free-port.ts'
import type { Answer, FakeRequest } from './answer.ts'
import type { TokenReview } from './auth/kubernetes.ts'
import { reviewAtCluster } from './auth/token-review.ts'
import { FakeVaultNode } from './fake-node.ts'
import { type Identifiers, identifiers } from './identifiers.ts'
import type { AuditEntry } from './logical/audit.ts'
import { Logical } from './logical/logical.ts'
import type { NodeContext } from './node-routes.ts'
import { OPENBAO, VAULT, type VaultRelease } from './release.ts'
import { Cluster, type SealKind } from './seal/cluster.ts'
import type { VaultNode } from './seal/node.ts'
import { Rekey } from './seal/rekey.ts'
import { newSealKey } from './seal/seal-key.ts'
import { clusterAddress } from './seal/status.ts'
import { REAL_TIMINGS, type VaultTimings } from './timings.ts'

/** What an in-process Vault is like. */
export interface FakeVaultOptions {
  /** @default 1 */
  readonly nodes?: number
  /**
   * `open`: initialised, all nodes members and unsealed, one active. `sealed`: the same, restarted. `uninitialized`: nothing yet. `dev`: one node in memory, open, with
   * a KV version 2 at `secret/` and the root token `root`. @default "dev" for one node, "open" for several
   */
  readonly state?: 'open' | 'sealed' | 'uninitialized' | 'dev'
  /** Key shares. @default 5 */
  readonly shares?: number
  /** @default 3 */
  readonly threshold?: number
  /** Nodes without data wait for a leader by themselves. @default false: they are told by sys/storage/raft/join */
  readonly retryJoin?: boolean
  readonly seal?: 'shamir' | 'auto'
  /** Serve https, with certificates of an authority of its own: see `ca`. @default false */
  readonly tls?: boolean
  /** Names in the certificates beside the address. */
  readonly names?: readonly string[]
  /** PEM authorities whose client certificates are asked for. */
  readonly clientCa?: string
  /** Close connections without a client certificate of `clientCa`, or of its own authority without one. The real Vault's tls_require_and_verify_client_cert sends an alert, too. @default false: they are asked for only */
  readonly requireClientCertificate?: boolean
  /** An address for each node: pods on 127.0.1.1, 127.0.1.2, … with one port. @default 127.0.0.1 for all */
  readonly hosts?: readonly string[]
  /** @default any free one */
  readonly port?: number
  /** @default "vault" */
  readonly product?: 'vault' | 'openbao'
  /** @default 127.0.0.1 is the review: a TokenReview at the API server that `auth/kubernetes/config` names */
  readonly tokenReview?: TokenReview
  readonly timings?: Partial<VaultTimings>
  readonly clock?: Clock
  /** Random bytes, for keys and names. @default node:crypto's */
  readonly randomBytes?: (length: number) => Buffer
  /** Who wins an election, of the names of the candidates. @default the first */
  readonly elect?: (candidates: readonly string[]) => string
}

/** A Vault in this process: sealing, logins and KV as the real one answers them, and ways to break it. */
export interface FakeVault extends AsyncDisposable {
  readonly nodes: readonly FakeVaultNode[]
  /** Address of the first node. */
  readonly address: string
  /** PEM of the authority of its certificates; empty without TLS. */
  readonly ca: string
  /** A client certificate of that authority, and its key. @throws Error without TLS */
  clientCertificate(commonName: string): { readonly cert: string; readonly key: string }
  /** The shares, in hex and base64; empty before it is initialised. Of the current split: a rekey changes them. */
  readonly shares: readonly { readonly hex: string; readonly base64: string }[]
  readonly rootToken: string
  readonly clusterId: string
  /** Every request that met the token and policy check, and each login. */
  readonly audit: readonly AuditEntry[]
  /** Living tokens. */
  readonly tokens: number
  readonly active: FakeVaultNode | undefined
  /** Takes requests as the root token would, without HTTP: for arranging. @throws Error for a refusal */
  admin(method: string, path: string, body?: unknown, namespace?: string): Promise<unknown>
  /** Makes a KV v1 mount's or a seal's change of kind. The nodes have to be restarted for it. */
  startMigration(to: 'shamir' | 'auto'): void
  /** The KMS of an auto-seal is away, or back: nodes that restart meanwhile do not listen. */
  setKms(available: boolean): void
  /** All tokens are gone, as after a restore from a backup: logins are needed. */
  revokeAll(): void
  stop(): Promise<void>
}

/** Starts it. @throws Error when a port is taken */
export async function fakeVault(options: FakeVaultOptions = {}): Promise<FakeVault> {
  const parts = assemble(options)
  await Promise.all(parts.nodes.map((node) => node.listen()))
  return parts.vault
}

function assemble(options: FakeVaultOptions) {
  const count = options.nodes ?? 1
  const state = options.state ?? (count === 1 ? 'dev' : 'open')
  const clock = options.clock ?? systemClock
  const ids = identifiers(options.randomBytes)
  const release = options.product === 'openbao' ? OPENBAO : VAULT
  const authority = options.tls === true ? new Authority(clock.now()) : undefined
  const required = options.requireClientCertificate ?? false
  const audit: AuditEntry[] = []
  const world = new World({ options, clock, ids, release, dev: state === 'dev', audit })
  const nodes = Array.from({ length: count }, (_, index) => {
    const host = options.hosts?.[index] ?? LOOPBACK
    const pair = authority?.server([host, 'localhost', ...(options.names ?? [])], 'vault')
    return new FakeVaultNode({
      name: `node${index + 1}`,
      host,
      port: options.port === undefined ? 0 : options.hosts === undefined ? options.port + 10 * index : options.port,
      tls:
        pair === undefined
          ? undefined
          : { ...pair, clientCa: options.clientCa ?? (required ? authority?.cert : undefined), clientCertificateRequired: required },
      retryJoin: options.retryJoin ?? false,
      context: world,
      kmsAvailable: () => world.kmsAvailable,
      clock,
    })
  })
  world.cluster.nodes.push(...nodes.map((node) => node.core))
  const vault: FakeVault = {
    nodes,
    get address() {
      return nodes[0]!.address
    },
    ca: authority?.cert ?? '',
    clientCertificate(commonName) {
      if (authority === undefined) throw new Error('fakeVault: without "tls" it has no authority for certificates')
      return authority.client(commonName, [])
    },
    get shares() {
      return (world.cluster.key?.shares ?? []).map((share) => ({ hex: share.toString('hex'), base64: share.toString('base64') }))
    },
    get rootToken() {
      return world.rootToken
    },
    clusterId: world.cluster.id,
    audit,
    get tokens() {
      return world.logical.tokens.size
    },
    get active() {
      return nodes.find(({ core }) => core === world.cluster.active)
    },
    admin: (method, path, body, namespace) => world.admin(method, path, body, namespace),
    startMigration: (to) => world.startMigration(to),
    setKms: (available) => {
      world.kmsAvailable = available
    },
    revokeAll: () => world.revokeAll(),
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()))
    },
    [Symbol.asyncDispose]: () => vault.stop(),
  }
  world.begin(state, options)
  return { nodes, vault }
}

interface WorldOptions {
  readonly options: FakeVaultOptions
  readonly clock: Clock
  readonly ids: Identifiers
  readonly release: VaultRelease
  readonly dev: boolean
  readonly audit: AuditEntry[]
}

/** Long-running fakes (`kubewright fake vault`) must not grow without end. */
const AUDIT_KEPT = 100_000

/** What the nodes share. */
class World implements NodeContext {
  readonly cluster: Cluster
  readonly release: VaultRelease
  readonly rekey: Rekey
  logical: Logical
  rootToken = ''
  kmsAvailable = true
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    this.#options = options
    const { clock, ids, release } = options
    const elect = options.options.elect
    this.release = release
    this.cluster = new Cluster({
      clock,
      ids,
      storage: options.dev ? 'inmem' : 'raft',
      seal: options.options.seal === 'auto' ? AUTO : SHAMIR,
      timings: { ...REAL_TIMINGS, ...options.options.timings },
      elect:
        elect === undefined
          ? undefined
          : (candidates) => {
              const winner = elect(candidates.map(({ name }) => name))
              return candidates.find(({ name }) => name === winner) ?? candidates[0]!
            },
    })
    this.rekey = new Rekey(this.cluster)
    this.logical = this.#newLogical()
  }

  begin(state: NonNullable<FakeVaultOptions['state']>, { shares = 5, threshold = 3 }: FakeVaultOptions): void {
    if (state === 'uninitialized') return
    const { cluster } = this
    cluster.key = state === 'dev' ? newSealKey(1, 1, this.#options.ids.bytes) : newSealKey(shares, threshold, this.#options.ids.bytes)
    this.issueRoot(state === 'dev' ? 'root' : undefined)
    for (const node of cluster.nodes) {
      node.membership = 'member'
      cluster.readSeal(node)
      if (state !== 'sealed') node.sealed = false
    }
    // All at once, without an election's wait: the cluster has been open for long.
    if (state !== 'sealed') for (const node of cluster.nodes) cluster.settle(node)
    if (state === 'dev') this.logical.realm()!.mount('secret/', 'kv', 'key/value secret storage', { version: '2' })
  }

  issueRoot(id?: string): string {
    const token = this.logical.tokens.issue({
      policies: ['root'],
      ttl: 0,
      displayName: id === undefined ? 'root' : 'token',
      metadata: null,
      path: id === undefined ? 'auth/token/root' : 'auth/token/create',
      orphan: true,
      entityId: '',
      namespace: '',
      ...(id !== undefined && { id }),
    })
    this.rootToken = token.id
    return token.id
  }

  remove(id: string): boolean {
    const node = this.cluster.nodes.find(({ name, membership }) => name === id && membership === 'member')
    if (node === undefined) return false
    node.membership = 'removed'
    node.sealed = true
    node.forgetParts()
    this.cluster.lost(node, this.cluster.timings.electionAfterStepDown)
    return true
  }

  startMigration(to: 'shamir' | 'auto'): void {
    this.cluster.migration = to === 'auto' ? AUTO : SHAMIR
  }

  revokeAll(): void {
    for (const entry of [...this.logical.tokens.ids()]) if (entry !== this.rootToken) this.logical.tokens.revoke(entry)
  }

  async admin(method: string, path: string, body: unknown, namespace: string | undefined): Promise<unknown> {
    const request: FakeRequest = {
      method,
      path,
      query: new URLSearchParams(),
      headers: {
        'x-vault-token': this.rootToken,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      },
      body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      remoteAddress: LOOPBACK,
      clientCertificate: undefined,
    }
    const before = this.#options.audit.length
    const answer: Answer = await this.logical.handle(request)
    // Arranging is not what a test looks for in the audit log.
    this.#options.audit.length = before
    if (answer.status >= 300) throw new Error(`fakeVault: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  #newLogical(): Logical {
    const { clock, ids, release, options, audit, dev } = this.#options
    const servers = () =>
      this.cluster.members.map((node) => ({
        node_id: node.name,
        address: new URL(clusterAddress(node)).host,
        leader: node === this.cluster.active,
        protocol_version: '3',
        voter: true,
      }))
    return new Logical({
      clock,
      ids,
      release,
      limited: !dev,
      tokenReview: options.tokenReview ?? reviewAtCluster,
      upgradeMs: dev ? 0 : 600,
      audit: (entry) => {
        audit.push(entry)
        if (audit.length > AUDIT_KEPT) audit.splice(0, AUDIT_KEPT / 10)
      },
      cluster: {
        raftPeers: () => ({ config: { servers: servers(), index: 0 } }),
        autopilot: () => ({
          failure_tolerance: Math.max(0, this.cluster.candidates.length - Math.floor(this.cluster.members.length / 2) - 1),
          healthy: this.cluster.candidates.length === this.cluster.members.length,
          leader: this.cluster.active?.name ?? '',
          voters: this.cluster.members.map(({ name }) => name),
        }),
        haStatus: () => ({ nodes: this.cluster.candidates.map((node) => this.#haNode(node)) }),
      },
    })
  }

  #haNode(node: VaultNode): Record<string, unknown> {
    const active = node === this.cluster.active
    return {
      hostname: 'vm',
      api_address: node.address,
      cluster_address: clusterAddress(node),
      active_node: active,
      last_echo: active ? null : new Date(this.#options.clock.now()).toISOString(),
      version: this.release.version,
      upgrade_version: this.release.version,
      echo_duration_ms: 0,
      clock_skew_ms: 0,
      replication_primary_canary_age_ms: 0,
    }
  }
}

const SHAMIR: SealKind = { is: 'shamir' }
const AUTO: SealKind = { is: 'auto', type: 'transit', available: true }
