import type { Clock } from '@kubewright/core'
import { sleep } from '@kubewright/core'
import type { Answer, FakeRequest } from './answer.ts'
import { type FaultOptions, Faults, type VaultFault } from './faults.ts'
import { answerAt, type NodeContext } from './node-routes.ts'
import { NodeServer, type ServerTls } from './node-server.ts'
import { VaultNode } from './seal/node.ts'

export interface FakeNodeOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly tls: ServerTls | undefined
  readonly retryJoin: boolean
  readonly context: NodeContext
  readonly clock: Clock
  kmsAvailable(): boolean
}

/** One request that a node got, with its bytes: a test looks here for what must never have been sent. */
export interface ReceivedRequest {
  /** Wall-clock milliseconds. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly headers: FakeRequest['headers']
  readonly body: Buffer
  /** 0 while it is not answered. */
  status: number
}

const JOURNAL_KEPT = 20_000

/** One Vault process, and what a test can do to it. */
export class FakeVaultNode {
  readonly core: VaultNode
  readonly received: ReceivedRequest[] = []
  readonly #options: FakeNodeOptions
  readonly #server: NodeServer
  readonly #faults = new Faults()

  constructor(options: FakeNodeOptions) {
    this.#options = options
    this.#server = new NodeServer({
      host: options.host,
      port: options.port,
      tls: options.tls,
      halfDead: () => this.#faults.halfDead,
      handle: (request) => this.#handle(request),
    })
    this.core = new VaultNode(options.name, () => this.address, options.retryJoin)
  }

  get name(): string {
    return this.core.name
  }

  get host(): string {
    return this.#options.host
  }

  get port(): number {
    return this.#server.port
  }

  get address(): string {
    const host = this.#options.host.includes(':') ? `[${this.#options.host}]` : this.#options.host
    return `http${this.#options.tls === undefined ? '' : 's'}://${host}:${this.port}`
  }

  get sealed(): boolean {
    return this.core.sealed
  }

  get progress(): number {
    return this.core.parts.length
  }

  /** Key shares and resets that reached it. */
  get submissions(): number {
    return this.received.filter(({ path }) => path === 'sys/unseal').length
  }

  /** Makes something go wrong. @returns what takes it away again */
  fault(fault: VaultFault, options?: FaultOptions): () => void {
    const remove = this.#faults.add(fault, options)
    if (fault.is === 'half dead') this.#server.breakConnections()
    return remove
  }

  /** The process is gone: connections break, the port refuses. */
  async kill(): Promise<void> {
    const { cluster } = this.#options.context
    this.core.stop()
    cluster.lost(this.core, cluster.timings.electionAfterLoss)
    await this.#server.close()
  }

  /** The process begins again at the same address, with its data: sealed, or open by itself with an auto-seal. */
  async start(): Promise<void> {
    const { cluster } = this.#options.context
    const { core } = this
    core.start()
    cluster.readSeal(core)
    if (core.membership.startsWith('challenged')) core.membership = 'none'
    if (cluster.active !== undefined) core.knownLeader = undefined
    if (cluster.seal.is === 'auto' && cluster.migration === undefined) {
      // With its KMS away it does not get as far as listening.
      if (!this.#options.kmsAvailable()) return
      if (core.membership === 'member') cluster.opened(core)
    }
    await this.listen()
    cluster.challenge()
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  /** Sealed by somebody with the right to do it. */
  seal(): void {
    const { cluster } = this.#options.context
    this.core.sealed = true
    this.core.forgetParts()
    cluster.lost(this.core, cluster.timings.electionAfterStepDown)
  }

  /** Gives up being active. */
  stepDown(): void {
    const { cluster } = this.#options.context
    cluster.lost(this.core, cluster.timings.electionAfterStepDown)
  }

  /** Opens it as the right shares would. */
  unseal(): void {
    if (this.core.sealed) this.#options.context.cluster.opened(this.core)
  }

  /** Nothing that takes the state lock is answered any more, and only {@link restart} helps. */
  wedge(): void {
    this.core.wedged = true
  }

  /** Half of its data is lost: with the next start it looks like a node that joins, and right shares wedge it. */
  loseHalfOfItsData(): void {
    this.core.membership = 'half lost'
  }

  /** All of its data is lost: with the next start it is a new node. */
  loseItsData(): void {
    this.core.membership = 'none'
  }

  /** Somebody else's share: progress that is not ours. */
  holdForeignShare(share: Buffer): void {
    this.core.nonce ||= this.#options.context.cluster.ids.uuid()
    this.core.parts.push(share)
  }

  listen(): Promise<void> {
    return this.#server.listen()
  }

  async #handle(request: FakeRequest): Promise<Answer | 'break'> {
    const { clock, context } = this.#options
    const entry: ReceivedRequest = {
      at: clock.now(),
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body,
      status: 0,
    }
    this.received.push(entry)
    if (this.received.length > JOURNAL_KEPT) this.received.splice(0, JOURNAL_KEPT / 10)
    const { life } = this.core
    const fault = this.#faults.meet(request)
    if (fault?.is === 'answer') return fault.answer
    if (fault?.is === 'slow') await sleep(fault.ms, { clock })
    if ((fault?.is === 'hang' || fault?.is === 'reset') && fault.after !== true) return fault.is === 'hang' ? NEVER : 'break'
    if (this.core.life !== life) return 'break'
    const answer = await answerAt(this.core, request, context)
    if (fault?.is === 'hang') return NEVER
    if (fault?.is === 'reset') return 'break'
    entry.status = answer.status
    return answer
  }
}

const NEVER = new Promise<never>(() => {})
