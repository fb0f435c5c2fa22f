import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@kubewright/core'
import { Authority, type Pair } from '@kubewright/core/certificates'
import { type VaultClient, vaultClient } from '@kubewright/vault'
import { eventually } from '../eventually.ts'
import { findServers } from '../process/executables.ts'
import { freePorts, LOOPBACK } from '../process/free-port.ts'
import { type ServerProcess, startServerProcess } from '../process/server-process.ts'
import { startWatchdog, type Watchdog } from '../process/watchdog.ts'

/** What a real Vault is like. */
export interface RealVaultOptions {
  /** @default 1 */
  readonly nodes?: number
  /** `dev` is one node in memory with the root token `root` and KV version 2 at `secret/`. @default "dev" for one node, "open" for several */
  readonly state?: 'open' | 'sealed' | 'uninitialized' | 'dev'
  readonly shares?: number
  readonly threshold?: number
  /** @default false */
  readonly tls?: boolean
  readonly names?: readonly string[]
  /** An address of this machine for each node, for pods that differ by it and not by their port: together with `port`. @default 127.0.0.1 for all */
  readonly hosts?: readonly string[]
  /** With `hosts`: the port of all nodes; the one of the cluster is the next. @default free ones */
  readonly port?: number
  /** Waiting nodes look for their leader by themselves. @default false */
  readonly retryJoin?: boolean
}

/** A process of HashiCorp Vault. */
export interface RealVaultNode {
  readonly name: string
  readonly address: string
  readonly host: string
  readonly port: number
  /** SIGKILL. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** HashiCorp Vault as processes, with what a test needs of `FakeVault`. */
export interface RealVault extends AsyncDisposable {
  readonly nodes: readonly RealVaultNode[]
  readonly address: string
  readonly ca: string
  readonly shares: readonly { readonly hex: string; readonly base64: string }[]
  readonly rootToken: string
  /** A client certificate of the authority of its certificates, and its key. @throws Error without TLS */
  clientCertificate(commonName: string): { readonly cert: string; readonly key: string }
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** Starts it, and waits until it answers in the state that was asked for. @throws ConfigurationError when the executable is not there */
export async function startRealVault(options: RealVaultOptions = {}): Promise<RealVault> {
  const count = options.nodes ?? 1
  const state = options.state ?? (count === 1 ? 'dev' : 'open')
  const { port } = options
  const ports = port === undefined ? await freePorts(count * 2) : Array.from({ length: count }, () => [port, port + 1]).flat()
  const site = new Site(options, ports, state === 'dev')
  try {
    await Promise.all(site.nodes.map((node) => node.start()))
    await site.reach(state)
    return site
  } catch (error) {
    await site.stop()
    throw error
  }
}

class Site implements RealVault {
  readonly nodes: readonly Node[]
  readonly folder = mkdtempSync(join(tmpdir(), 'kubewright-vault-'))
  readonly watchdog: Watchdog
  readonly executable: string
  readonly dev: boolean
  readonly options: RealVaultOptions
  readonly ca: string
  readonly #authority: Authority | undefined
  shares: { readonly hex: string; readonly base64: string }[] = []
  rootToken = 'root'

  constructor(options: RealVaultOptions, ports: readonly number[], dev: boolean) {
    this.executable = join(findServers(['vault']), 'vault')
    this.options = options
    this.dev = dev
    this.watchdog = startWatchdog(this.folder)
    this.#authority = options.tls === true ? new Authority(systemClock.now()) : undefined
    this.ca = this.#authority?.cert ?? ''
    this.nodes = Array.from({ length: ports.length / 2 }, (_, index) => new Node(this, index, ports[index * 2]!, ports[index * 2 + 1]!))
  }

  get address(): string {
    return this.nodes[0]!.address
  }

  certificate(host: string): Pair | undefined {
    return this.#authority?.server([...new Set([host, LOOPBACK]), 'localhost', ...(this.options.names ?? [])], 'vault')
  }

  clientCertificate(commonName: string): Pair {
    if (this.#authority === undefined) throw new Error('startRealVault: without "tls" it has no authority for certificates')
    return this.#authority.client(commonName, [])
  }

  async reach(state: NonNullable<RealVaultOptions['state']>): Promise<void> {
    if (state === 'uninitialized' || state === 'dev') return
    const [first, ...rest] = this.nodes as [Node, ...Node[]]
    const { shares = 5, threshold = 3 } = this.options
    const result = await this.#with(first, (client) => client.init({ seal: 'shamir', shares, threshold }))
    this.shares = result.shares.map((base64) => ({ base64, hex: Buffer.from(base64, 'base64').toString('hex') }))
    this.rootToken = result.rootToken
    await this.#unseal(first)
    const autopilot = { server_stabilization_time: '1s' }
    if (rest.length > 0) await this.admin('POST', 'sys/storage/raft/autopilot/configuration', autopilot)
    for (const node of rest) {
      const request = { leaderAddress: first.address, ...(this.ca !== '' && { leaderCa: this.ca }) }
      // The leader answers challenges a moment after it has become active.
      await this.#with(node, (client) => eventually(() => client.raftJoin(request), { timeout: 20_000 }))
      await this.#unseal(node)
    }
    // A member that has no vote yet does not count: losing the leader then would leave the cluster without a quorum.
    if (rest.length > 0)
      await this.#with(first, (client) =>
        eventually(
          async () => {
            const voters = (await client.raftPeers()).filter(({ voter }) => voter).length
            if (voters < this.nodes.length) throw new Error(`${voters} of ${this.nodes.length} members have a vote`)
          },
          { timeout: 60_000, interval: 100 },
        ),
      )
    if (state === 'sealed') {
      await Promise.all(this.nodes.map((node) => node.kill()))
      await Promise.all(this.nodes.map((node) => node.start()))
    }
  }

  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#with(this.nodes[0]!, (client) =>
      client.request({ method: method as 'POST', path: `/v1/${path}`, ...(body !== undefined && { body }), repeatable: true }),
    )
    return answer.body
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()))
    await this.watchdog.dismiss()
    rmSync(this.folder, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #unseal(node: Node): Promise<void> {
    await this.#with(node, async (client) => {
      for (const { hex } of this.shares.slice(0, this.options.threshold ?? 3)) await client.submitShare(Buffer.from(hex, 'hex'))
      await eventually(
        async () => {
          const { state } = await client.health()
          if (state !== 'active' && (node === this.nodes[0] || state !== 'standby')) throw new Error(`${node.name} is ${state}`)
        },
        { timeout: 60_000 },
      )
    })
  }

  async #with<T>(node: Node, act: (client: VaultClient) => Promise<T>): Promise<T> {
    const tls = this.ca === '' ? {} : { tls: { ca: this.ca } }
    const client = vaultClient({
      address: node.address,
      allowPlaintext: true,
      auth: { method: 'token', token: this.rootToken },
      timeoutMs: 60_000,
      ...tls,
    })
    try {
      return await act(client)
    } finally {
      await client.close()
    }
  }
}

class Node implements RealVaultNode {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly #site: Site
  readonly #clusterPort: number
  #process: ServerProcess | undefined

  constructor(site: Site, index: number, port: number, clusterPort: number) {
    this.name = `node${index + 1}`
    this.host = site.options.hosts?.[index] ?? LOOPBACK
    this.port = port
    this.#clusterPort = clusterPort
    this.#site = site
  }

  get address(): string {
    return `${this.#site.ca === '' ? 'http' : 'https'}://${this.host}:${this.port}`
  }

  async start(): Promise<void> {
    const { folder, executable, watchdog, dev } = this.#site
    const args = dev
      ? ['server', '-dev', '-dev-root-token-id=root', '-dev-no-store-token', `-dev-listen-address=${this.host}:${this.port}`]
      : ['server', `-config=${this.#configure()}`]
    const started = await startServerProcess({
      name: this.name,
      executable,
      args,
      cwd: folder,
      logFile: join(folder, `${this.name}.log`),
      watchdog,
    })
    this.#process = started
    let ended: string | undefined
    void started.exited.then((how) => {
      ended = how
    })
    const tls = this.#site.ca === '' ? {} : { tls: { ca: this.#site.ca } }
    const client = vaultClient({ address: this.address, allowPlaintext: true, ...tls })
    try {
      await eventually(
        async () => {
          if (ended !== undefined) throw new Error(`${ended}: ${started.lastWords()}`)
          const status = await client.sealStatus()
          if (dev && status.sealed) throw new Error('the dev server is still sealed')
        },
        { timeout: 30_000 },
      )
    } finally {
      await client.close()
    }
  }

  async kill(): Promise<void> {
    await this.#process?.stop(0)
    this.#process = undefined
  }

  #configure(): string {
    const { folder, options } = this.#site
    const data = join(folder, this.name)
    mkdirSync(data, { recursive: true })
    const pair = this.#site.certificate(this.host)
    if (pair !== undefined) {
      writeFileSync(`${data}.crt`, pair.cert)
      writeFileSync(`${data}.key`, pair.key, { mode: 0o600 })
      writeFileSync(join(folder, 'ca.crt'), this.#site.ca)
    }
    const peers = this.#site.nodes.filter((other) => other !== this && options.retryJoin === true)
    const ca = pair === undefined ? '' : `leader_ca_cert_file = "${join(folder, 'ca.crt')}"`
    const tls = pair === undefined ? 'tls_disable = true' : `tls_cert_file = "${data}.crt"\n  tls_key_file = "${data}.key"`
    const file = `${data}.hcl`
    // With the default multiplier of 5 the first election takes 5 to 10 s.
    const text = `storage "raft" {
  path = "${data}"
  node_id = "${this.name}"
  performance_multiplier = 1
  autopilot_reconcile_interval = "500ms"
  autopilot_update_interval = "500ms"
${peers.map((peer) => `  retry_join {\n    leader_api_addr = "${peer.address}"\n    ${ca}\n  }`).join('\n')}
}
listener "tcp" {
  address = "${this.host}:${this.port}"
  cluster_address = "${this.host}:${this.#clusterPort}"
  ${tls}
}
api_addr = "${this.address}"
cluster_addr = "https://${this.host}:${this.#clusterPort}"
disable_mlock = true
`
    writeFileSync(file, text)
    return file
  }
}
