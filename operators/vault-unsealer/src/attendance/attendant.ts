import { isVaultError, type RaftJoinRequest, type VaultClient } from '@kubewright/vault'
import { type Clock, sleep } from 'kubewright'
import { type Memory, newNode, step } from '../machine/machine.ts'
import type { Action, Happening, LeaderRef, Node, Note, World } from '../machine/model.ts'
import type { Member, PodNews } from '../members/member.ts'
import type { Slots } from './slots.ts'

export interface AttendantParts {
  readonly clock: Clock
  readonly slots: Slots
  /** As it is at this moment. */
  world(member: Member): World
  client(member: Member): VaultClient
  /** Asks the cluster whether the member is still who it was. @returns why not */
  verify(member: Member, signal: AbortSignal): Promise<string | undefined>
  /** Has the node made a new Vault, as the spec says. */
  initialize(member: Member, client: VaultClient, signal: AbortSignal): Promise<Happening>
  /** The share's bytes; `undefined` when it is not to be sent any more. */
  bytes(fingerprint: string): Buffer | undefined
  /** Something has happened, or stands otherwise than before. */
  told(attendant: Attendant, notes: readonly Note[]): void
}

/** Looks after one node, for as long as it is one. The decisions are the machine's. */
export class Attendant {
  readonly #parts: AttendantParts
  readonly #stop = new AbortController()
  #member: Member
  #node: Node
  #since: number
  #wake: (() => void) | undefined
  #poked = false

  constructor(member: Member, memory: Memory, parts: AttendantParts) {
    this.#member = member
    this.#parts = parts
    this.#node = newNode(memory)
    this.#since = parts.clock.now()
  }

  get member(): Member {
    return this.#member
  }

  get node(): Node {
    return this.#node
  }

  /** Wall clock: since when it stands so. */
  get since(): number {
    return this.#since
  }

  /** The same node, about which something may have changed. */
  update(member: Member): void {
    const changed = member.signature !== this.#member.signature || member.news !== this.#member.news
    this.#member = member
    if (changed) this.poke()
  }

  /** An event tells something of the pod. What it is beside that is for {@link update}, which knows whether anything may be sent. */
  notice({ ip, paused, news }: PodNews): void {
    if (news === this.#member.news || ip !== this.#member.pod?.ip || paused !== this.#member.paused) return
    this.#member = { ...this.#member, news }
    this.poke()
  }

  /** Has it look, if it rests. */
  poke(): void {
    this.#poked = true
    this.#wake?.()
  }

  stop(): void {
    this.#stop.abort(new Error('the node is not looked after any more'))
  }

  /** Resolves when nothing is under way any more: after {@link stop}, or the signal. */
  async run(ended: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([ended, this.#stop.signal])
    let happening: Happening = { saw: 'time' }
    while (!signal.aborted) {
      const { clock } = this.#parts
      const before = this.#node
      const { node, action, notes } = step(before, happening, this.#parts.world(this.#member), clock.monotonic())
      this.#node = node
      const changed = node.standing.state !== before.standing.state || node.standing.reason !== before.standing.reason
      if (changed) this.#since = clock.now()
      if (notes.length > 0 || changed || node.standing.message !== before.standing.message || node.status !== before.status)
        this.#parts.told(this, notes)
      try {
        happening = await this.#perform(action, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  async #perform(action: Action, signal: AbortSignal): Promise<Happening> {
    if (action.do === 'rest') return this.#rest(action.until, signal)
    const release = await this.#parts.slots.take(signal)
    try {
      return action.do === 'check' ? await this.#check(signal) : await this.#send(action, signal)
    } finally {
      release()
    }
  }

  async #rest(until: number, signal: AbortSignal): Promise<Happening> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    try {
      if (this.#poked) return { saw: 'change' }
      const ms = Math.max(0, until - this.#parts.clock.monotonic())
      await sleep(ms, { clock: this.#parts.clock, signal: AbortSignal.any([signal, woken.signal]) })
      return { saw: 'time' }
    } catch (error) {
      if (signal.aborted || !woken.signal.aborted) throw error
      return { saw: 'change' }
    } finally {
      this.#wake = undefined
      this.#poked = false
    }
  }

  async #check(signal: AbortSignal): Promise<Happening> {
    try {
      return { saw: 'status', status: await this.#parts.client(this.#member).sealStatus({ signal }) }
    } catch (error) {
      signal.throwIfAborted()
      if (!isVaultError(error)) throw error
      return { saw: 'status failed', failure: error.failure }
    }
  }

  async #send(action: Exclude<Action, { do: 'check' | 'rest' }>, signal: AbortSignal): Promise<Happening> {
    const member = this.#member
    const why = await this.#parts.verify(member, signal)
    if (why !== undefined) return { saw: 'unverified', message: why }
    signal.throwIfAborted()
    try {
      const client = this.#parts.client(member)
      if (action.do === 'reset') return { saw: 'status', status: await client.resetUnseal({ signal }) }
      if (action.do === 'initialize') return await this.#parts.initialize(member, client, signal)
      if (action.do === 'join') {
        await client.raftJoin(joinRequest(action.leader), { signal })
        return { saw: 'joined' }
      }
      const bytes = this.#parts.bytes(action.share.fingerprint)
      if (bytes === undefined) return { saw: 'unverified', message: 'the key shares have changed meanwhile' }
      return { saw: 'submitted', status: await client.submitShare(bytes, { migrate: action.migrate, signal }) }
    } catch (error) {
      signal.throwIfAborted()
      if (!isVaultError(error)) throw error
      return refusalOf(error, action.do)
    }
  }
}

function joinRequest({ address, serverName, ca }: LeaderRef): RaftJoinRequest {
  return {
    leaderAddress: address,
    ...(ca !== undefined && { leaderCa: ca }),
    ...(serverName !== undefined && { leaderServerName: serverName }),
  }
}

function refusalOf(
  error: Error & { readonly failure: Extract<Happening, { saw: 'submission failed' }>['failure'] },
  tried: 'submit' | 'reset' | 'join' | 'initialize',
): Happening {
  const { failure, message } = error
  // A reset of a node that has been opened meanwhile is refused, as is a join of one that has joined: the next look will show it.
  if (tried !== 'submit') return { saw: 'submission failed', failure }
  if (failure.is === 'invalid') return { saw: 'rejected' }
  // A node that joins by command decrypts its leader's challenge with the shares: wrong ones show as a failure of the server.
  if (failure.is === 'serverError' && message.includes('decrypting challenge')) return { saw: 'rejected' }
  if (failure.is === 'timeout' || (failure.is === 'unreachable' && failure.sent)) return { saw: 'unanswered' }
  return { saw: 'submission failed', failure }
}
