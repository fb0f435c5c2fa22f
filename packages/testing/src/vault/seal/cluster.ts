import type { Clock, Timer } from '@kubewright/core'
import type { Identifiers } from '../identifiers.ts'
import type { VaultTimings } from '../timings.ts'
import { pause, type VaultNode } from './node.ts'
import type { SealKey } from './seal-key.ts'

/** How a cluster's root key is kept. */
export type SealKind =
  | { readonly is: 'shamir' }
  /** A KMS; while it is away a node that starts does not even listen. `recovery` are the numbers of the recovery keys. */
  | { readonly is: 'auto'; readonly type: string; readonly available: boolean }

export interface ClusterOptions {
  readonly clock: Clock
  readonly timings: VaultTimings
  readonly ids: Identifiers
  readonly storage: 'raft' | 'inmem'
  readonly seal: SealKind
  /** Who wins an election. @default the first candidate in the order of the nodes */
  readonly elect: ((candidates: readonly VaultNode[]) => VaultNode) | undefined
}

/** What the nodes have in common: the seal, who is a member, and who is active. */
export class Cluster {
  readonly clock: Clock
  readonly timings: VaultTimings
  readonly ids: Identifiers
  readonly storage: 'raft' | 'inmem'
  readonly nodes: VaultNode[] = []
  seal: SealKind
  /** Where a pending migration leads. */
  migration: SealKind | undefined
  key: SealKey | undefined
  readonly name: string
  readonly id: string
  active: VaultNode | undefined
  activeSince = 0
  term = 1
  readonly #elect: (candidates: readonly VaultNode[]) => VaultNode
  #election: Timer | undefined
  #waiters: (() => void)[] = []
  #last: VaultNode | undefined

  constructor(options: ClusterOptions) {
    this.clock = options.clock
    this.timings = options.timings
    this.ids = options.ids
    this.storage = options.storage
    this.seal = options.seal
    this.#elect = options.elect ?? ((candidates) => candidates[0]!)
    this.name = `vault-cluster-${options.ids.bytes(4).toString('hex')}`
    this.id = options.ids.uuid()
  }

  thresholdFor(node: VaultNode): number {
    return node.seen.t
  }

  /** @throws Error when there is no seal yet: its callers have looked */
  keyFor(_node: VaultNode): SealKey {
    if (this.key === undefined) throw new Error('the cluster is not initialised')
    return this.key
  }

  get members(): readonly VaultNode[] {
    return this.nodes.filter(({ membership }) => membership === 'member' || membership === 'half lost')
  }

  get candidates(): readonly VaultNode[] {
    return this.nodes.filter((node) => node.membership === 'member' && node.running && !node.sealed)
  }

  get quorum(): boolean {
    return this.candidates.length >= Math.floor(this.members.length / 2) + 1
  }

  wait(ms: number): Promise<void> {
    return pause(ms, this.clock)
  }

  after(ms: number, then: () => void): void {
    if (ms <= 0) then()
    else this.clock.setTimer(ms, then)
  }

  /** The node reads the seal's numbers from storage, as it does at its start and when it unseals. */
  readSeal(node: VaultNode): void {
    node.seen = this.key === undefined || !node.initialized ? { t: 0, n: 0 } : { t: this.key.threshold, n: this.key.shares.length }
  }

  opened(node: VaultNode): void {
    node.sealed = false
    node.forgetParts()
    this.readSeal(node)
    if (this.active === undefined) {
      node.knownLeader = this.#last === node ? undefined : this.#last
      this.#electIn(this.members.length === 1 ? this.timings.electionAtQuorum / 4 : this.timings.electionAtQuorum)
      return
    }
    node.knownLeader = this.active
    this.#hear(node, this.timings.heartbeat)
  }

  /** Part of a cluster that has been open for long: no election to wait for. */
  settle(node: VaultNode): void {
    if (this.active === undefined) this.#become(node)
    else this.#hear(node, 0)
  }

  /** A node stopped, was sealed, stepped down or was removed. */
  lost(node: VaultNode, delay: number): void {
    if (this.active !== node) return
    this.active = undefined
    for (const other of this.candidates) {
      if (other === node) {
        other.knownLeader = undefined
        other.heard = false
      }
      other.leaderLostAt = this.clock.monotonic()
    }
    this.#electIn(delay, node)
  }

  /** Resolves as soon as there is an active node. */
  async untilActive(): Promise<void> {
    if (this.active === undefined) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  /** Waiting nodes meet the leader that has appeared. */
  challenge(): void {
    for (const node of this.nodes) {
      if (node.membership !== 'none' || !node.retryJoin || !node.running) continue
      const { life } = node
      this.after(this.timings.challenge, () => {
        if (node.life !== life || node.membership !== 'none' || this.active === undefined) return
        node.membership = 'challenged by retry'
        this.readSeal(node)
      })
    }
  }

  #electIn(delay: number, reluctant?: VaultNode): void {
    this.#election?.cancel()
    this.#election = undefined
    const elect = () => {
      this.#election = undefined
      if (this.active !== undefined || !this.quorum) return
      const willing = this.candidates.filter((node) => node !== reluctant)
      this.#become(this.#elect(willing.length > 0 ? willing : this.candidates))
    }
    if (delay <= 0) elect()
    else this.#election = this.clock.setTimer(delay, elect)
  }

  #become(node: VaultNode): void {
    this.active = node
    this.#last = node
    this.activeSince = this.clock.now()
    this.term++
    for (const other of this.candidates) this.#hear(other, 0)
    for (const waiter of this.#waiters.splice(0)) waiter()
    this.challenge()
  }

  /** The first heartbeat makes a standby able to forward. */
  #hear(node: VaultNode, delay: number): void {
    const { life } = node
    this.after(delay, () => {
      if (node.life !== life || this.active === undefined) return
      node.knownLeader = this.active
      node.heard = true
      node.leaderLostAt = undefined
    })
  }
}
