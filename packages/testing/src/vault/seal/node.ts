import { type Clock, sleep } from '@kubewright/core'
import type { Identifiers } from '../identifiers.ts'
import type { Cluster } from './cluster.ts'
import { type Opening, tryOpen } from './seal-key.ts'

/** What a node is to its cluster. */
export type Membership =
  /** Has no data. */
  | 'none'
  /** Has met a leader through retry_join and waits for shares to answer its challenge with. */
  | 'challenged by retry'
  /** The same, asked for through sys/storage/raft/join. */
  | 'challenged by call'
  | 'member'
  | 'removed'
  /** Lost a part of its data: looks like a joining node, takes right shares, and hangs for ever. */
  | 'half lost'

/** One Vault process: what it knows, and the shares it holds in memory. */
export class VaultNode {
  readonly name: string
  readonly #address: () => string
  membership: Membership = 'none'
  running = true
  sealed = true
  /** Numbers of the seal as this node read them last. */
  seen = { t: 0, n: 0 }
  parts: Buffer[] = []
  nonce = ''
  /** Who it believes is active; survives that one's death. */
  knownLeader: VaultNode | undefined
  /** Whether a heartbeat of the active node came since it was opened: before that it cannot forward. */
  heard = false
  leaderLostAt: number | undefined
  /** The right shares of a join were taken, and it opens in the background. */
  opening = false
  /** A retry_join node that waits for a leader, or for ever, with the state lock in its hand. */
  #lock: Promise<void> | undefined
  wedged = false
  readonly retryJoin: boolean
  /** Raises with each restart: what an earlier process began must not touch the next one. */
  life = 0

  constructor(name: string, address: () => string, retryJoin: boolean) {
    this.name = name
    this.#address = address
    this.retryJoin = retryJoin
  }

  /** Known when it listens. */
  get address(): string {
    return this.#address()
  }

  get initialized(): boolean {
    return this.membership !== 'none'
  }

  get joining(): boolean {
    return this.membership.startsWith('challenged') || this.membership === 'half lost'
  }

  /** A process begins: everything in memory is new. */
  start(): void {
    this.life++
    this.running = true
    this.wedged = false
    this.sealed = true
    this.opening = false
    this.heard = false
    this.leaderLostAt = undefined
    this.#lock = undefined
    this.forgetParts()
  }

  stop(): void {
    this.life++
    this.running = false
    this.sealed = true
    this.forgetParts()
  }

  forgetParts(): void {
    this.parts = []
    this.nonce = ''
  }

  /** What seal-status and health wait for. A wedged node's never comes free. */
  async unlocked(): Promise<void> {
    if (this.wedged) await new Promise<never>(() => {})
    await this.#lock
  }

  /** Takes a share; with the last one the attempt is over either way. */
  async take(part: Buffer, cluster: Cluster, ids: Identifiers): Promise<Opening | 'more' | 'joined'> {
    if (this.parts.some((held) => held.equals(part))) return 'more'
    if (this.nonce === '') this.nonce = ids.uuid()
    this.parts.push(part)
    if (this.parts.length < cluster.thresholdFor(this)) return 'more'
    const parts = this.parts
    this.forgetParts()
    const outcome = tryOpen(cluster.keyFor(this), parts)
    return this.joining ? this.#join(outcome, cluster) : outcome
  }

  async #join(outcome: Opening, cluster: Cluster): Promise<Opening | 'joined'> {
    if (outcome.is === 'no key') return outcome
    if (this.membership === 'challenged by call') {
      if (outcome.is === 'open') this.#openLater(cluster)
      return outcome.is === 'open' ? 'joined' : outcome
    }
    // The handler of the last share waits for the join loop with the state lock in its hand: nothing else is answered meanwhile. Wrong shares, and right ones of a
    // node whose raft state is already there, make it wait for ever.
    if (outcome.is === 'wrong key' || this.membership === 'half lost') {
      this.wedged = true
      return this.unlocked().then(() => outcome)
    }
    const { life } = this
    let release = () => {}
    this.#lock = new Promise((resolve) => {
      release = resolve
    })
    await cluster.untilActive()
    await cluster.wait(cluster.timings.joining)
    if (this.life === life) this.#openLater(cluster)
    release()
    return 'joined'
  }

  #openLater(cluster: Cluster): void {
    const { life } = this
    this.opening = true
    cluster.after(cluster.timings.opening, () => {
      if (this.life !== life) return
      this.opening = false
      this.membership = 'member'
      cluster.opened(this)
    })
  }
}

/** At once when there is nothing to wait for, so that tests without timings have no turns in between. */
export async function pause(ms: number, clock: Clock): Promise<void> {
  if (ms > 0) await sleep(ms, { clock })
}
