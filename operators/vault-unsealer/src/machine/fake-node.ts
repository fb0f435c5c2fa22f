import type { SealStatus } from '@kubewright/vault'
import { newNode, step } from './machine.ts'
import type { Action, Happening, Node, Note, ShareRef, UnsealPolicy, World } from './model.ts'

export const SECOND = 1_000
export const HOUR = 3_600 * SECOND

export const share = (index: number, x = index): ShareRef => ({ index, fingerprint: `share-${index}`, x })
export const shares = (count: number): readonly ShareRef[] => Array.from({ length: count }, (_, at) => share(at + 1))

export const POLICY: UnsealPolicy = {
  foreignProgress: 'Join',
  foreignGraceMs: 30 * SECOND,
  migrate: false,
  intervalMs: 60 * SECOND,
  keyThreshold: 0,
  attemptsPerHour: 12,
  unprovenJoin: 'Wait',
  raftJoin: false,
}

export function world(over: Partial<World> = {}): World {
  return {
    shares: shares(5),
    keySet: 'set',
    policy: POLICY,
    siblings: { open: 0, leader: undefined, initialized: true, proven: new Set() },
    permission: { may: true },
    initialization: { is: 'off' },
    random: 0.5,
    ...over,
  }
}

export function sealStatus(over: Partial<SealStatus> = {}): SealStatus {
  return {
    ...{
      initialized: true,
      sealed: true,
      threshold: 3,
      shares: 5,
      progress: 0,
      nonce: '',
      sealType: 'shamir',
      storageType: 'raft',
      version: '1.21.2',
    },
    ...{ migration: false, recoverySeal: false, removedFromCluster: false, clusterId: undefined, clusterName: undefined },
    ...over,
  }
}

/** A node as Vault is one, in as few lines as it takes, with the machine at work on it on a clock of its own. */
export class FakeNode {
  readonly good: ReadonlySet<string>
  readonly sent: { readonly at: number; readonly fingerprint: string }[] = []
  readonly notes: Note[] = []
  readonly actions: Action['do'][] = []
  status: SealStatus
  held: string[] = []
  now = 0
  node: Node
  world: World
  /** Answers in place of the node. */
  answer: ((action: Action) => Happening | undefined) | undefined
  #nonces = 0

  constructor(
    given: { readonly world?: World; readonly good?: readonly number[]; readonly status?: SealStatus; readonly node?: Node } = {},
  ) {
    this.world = given.world ?? world()
    this.good = new Set((given.good ?? [1, 2, 3, 4, 5]).map((index) => `share-${index}`))
    this.status = given.status ?? sealStatus()
    this.node = given.node ?? newNode()
  }

  /** Lets so much time pass. */
  run(ms: number, first: Happening = { saw: 'time' }): this {
    const end = this.now + ms
    let happening = first
    for (let steps = 0; ; steps++) {
      if (steps > 20_000) throw new Error('it does not come to rest')
      const { node, action, notes } = step(this.node, happening, this.world, this.now)
      this.node = node
      this.notes.push(...notes)
      this.actions.push(action.do)
      if (action.do !== 'rest') {
        happening = this.answer?.(action) ?? this.#answer(action)
        continue
      }
      if (action.until > end) break
      this.now = Math.max(this.now, action.until)
      happening = { saw: 'time' }
    }
    this.now = end
    return this
  }

  /** Somebody else sends one. */
  foreign(name: string): void {
    if (this.held.length === 0) this.#newNonce()
    this.held.push(name)
    this.#tell()
  }

  restart(): void {
    this.held = []
    this.status = { ...this.status, sealed: true, progress: 0, nonce: '' }
  }

  #answer(action: Action): Happening {
    if (action.do === 'check') return { saw: 'status', status: this.status }
    if (action.do === 'reset') {
      this.held = []
      this.#tell()
      return { saw: 'status', status: this.status }
    }
    if (action.do === 'initialize') {
      this.status = { ...this.status, initialized: true, threshold: 3, shares: 5 }
      return { saw: 'initialized' }
    }
    if (action.do === 'join') {
      this.status = { ...this.status, initialized: true, threshold: 3, shares: 5 }
      return { saw: 'joined' }
    }
    if (action.do !== 'submit') throw new Error(action.do)
    const { fingerprint } = action.share
    this.sent.push({ at: this.now, fingerprint })
    if (!this.status.sealed) return { saw: 'submitted', status: this.status }
    if (!this.held.includes(fingerprint)) {
      if (this.held.length === 0) this.#newNonce()
      this.held.push(fingerprint)
    }
    if (this.held.length < this.status.threshold) {
      this.#tell()
      return { saw: 'submitted', status: this.status }
    }
    const right = this.held.every((each) => this.good.has(each))
    this.held = []
    this.#tell()
    if (!right) return { saw: 'rejected' }
    this.status = { ...this.status, sealed: false, clusterId: 'cluster' }
    return { saw: 'submitted', status: this.status }
  }

  #newNonce(): void {
    this.status = { ...this.status, nonce: `nonce-${++this.#nonces}` }
  }

  #tell(): void {
    this.status = { ...this.status, progress: this.held.length, ...(this.held.length === 0 && { nonce: '' }) }
  }

  reason(): string {
    return this.node.standing.reason
  }

  told(is: Note['is']): readonly Note[] {
    return this.notes.filter((note) => note.is === is)
  }
}
