// Renewal runs in the event loop of the work, and not in a thread of its own. A thread would go on renewing for a program whose loop is blocked
// for good: alive to everybody, and doing nothing for ever. Here such a program loses the lease after its duration, another takes over, and the
// fence (fence.ts) sees to it that the blocked one writes nothing when it comes to. What is needed for that is that no part of a program blocks
// the loop for longer than the renewal's deadline; a leader that does is not fit to lead.
import { Lease, type Resource } from '@kubewright/client'
import { type Clock, isConflict, isNotFound, messageOf, sleep } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import { LeadershipLostError } from './errors.ts'
import { type Candidate, released } from './lease.ts'
import {
  beginning,
  type ElectionEffect,
  type ElectionFact,
  type ElectionState,
  type Request,
  type Role,
  step,
  validFor,
  writableFor,
} from './machine.ts'
import type { ResolvedElection } from './options.ts'

export interface ElectorOptions {
  readonly election: ResolvedElection
  readonly identity: string
  readonly clock: Clock
  readonly log: Logger
  readonly random?: () => number
  readonly countSlowPath: () => void
  /** Somebody else leads than before, or this replica does. @default nobody counts */
  readonly countTransition?: () => void
  /** Hears whether the API server answers at all. */
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
}

/** One candidate: the shell around the machine. */
export class Elector {
  readonly #options: ElectorOptions
  readonly #candidate: Candidate
  #state: ElectionState = beginning
  #resource: Promise<Resource<Lease>> | undefined
  /** What was said last, so that a right that is missing is said once and not every two seconds. */
  #complaint = ''

  constructor(options: ElectorOptions) {
    const { election, identity } = options
    this.#options = options
    this.#candidate = {
      name: election.leaseName,
      namespace: election.leaseNamespace,
      identity,
      leaseDuration: election.leaseDuration / 1000,
    }
  }

  /** By the clock and not by hearsay: false as soon as others may think the lease is free, even when this process was stopped for a while. */
  isLeader(): boolean {
    return validFor(this.#role(), this.#options.election, this.#options.clock.monotonic()) > 0
  }

  /** How long a write may still be sent, in ms: see fence.ts. */
  writableFor(): number {
    return writableFor(this.#role(), this.#options.election, this.#options.clock.monotonic())
  }

  /** Who leads, as far as this replica has seen. */
  get leader(): string | undefined {
    return this.#state.is === 'lost' ? undefined : this.#state.observed?.lease.spec?.holderIdentity || undefined
  }

  /** For the watchdog in /healthz: it believes that it leads, and has not renewed for longer than anybody would wait. */
  isStuck(): boolean {
    const role = this.#role()
    const { clock, election } = this.#options
    return role.is === 'leader' && clock.monotonic() - role.renewedAt > election.leaseDuration + election.renewDeadline
  }

  /** Campaigns, then renews, until the signal aborts. `lead` is called when this replica has become the leader. @throws LeadershipLostError */
  async run(signal: AbortSignal, lead: () => void): Promise<void> {
    while (!signal.aborted) {
      const state = this.#state
      if (state.is === 'lost') throw new LeadershipLostError(`leadership lost: ${state.reason}`)
      try {
        if (state.is === 'waiting') {
          await sleep(state.ms, { clock: this.#options.clock, signal })
          this.#take({ saw: 'time' }, lead)
        } else this.#take(await this.#ask(state.request, signal), lead)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  /** Gives the lease back, if it is still ours. To be called when everything that needed it has stopped. */
  async release(): Promise<void> {
    const { election, log } = this.#options
    if (this.#role().is !== 'leader' || !election.releaseOnStop) return
    this.#state = { is: 'lost', reason: 'it was released' }
    const deadline = this.#deadline(election.renewDeadline)
    const over = new AbortController()
    try {
      await Promise.race([this.#giveBack(over.signal), deadline.passed])
    } catch (error) {
      log.warn('cannot release the lease: the next leader waits until it runs out', { lease: election.leaseName, error })
    } finally {
      deadline.cancel()
      over.abort(new Error('the time to give the lease back is over'))
    }
  }

  async #giveBack(signal: AbortSignal): Promise<void> {
    const { election, identity, clock, log } = this.#options
    const resource = await this.#lease()
    for (;;) {
      const lease = await resource.get(this.#candidate, { signal, timeout: this.#timeout() })
      if (lease.spec?.holderIdentity !== identity) return
      try {
        await resource.update(released(lease, clock.now()), { signal, timeout: this.#timeout() })
        log.info('lease released', { lease: election.leaseName })
        return
      } catch (error) {
        // Somebody has written something else on it meanwhile.
        if (!isConflict(error)) throw error
      }
    }
  }

  #role(): Role {
    return this.#state.is === 'lost' ? { is: 'follower' } : this.#state.role
  }

  #take(fact: ElectionFact, lead: () => void): void {
    const { election, clock, random = Math.random } = this.#options
    const context = { candidate: this.#candidate, times: election, now: clock.monotonic(), wallNow: clock.now(), random }
    const [state, effects] = step(this.#state, fact, context)
    this.#state = state
    for (const effect of effects) this.#perform(effect, lead)
  }

  #perform(effect: ElectionEffect, lead: () => void): void {
    const { log, identity, election, countSlowPath } = this.#options
    switch (effect.do) {
      case 'lead':
        lead()
        return
      case 'tell leader':
        this.#options.countTransition?.()
        if (effect.identity === identity) log.info('this replica leads', { lease: election.leaseName, identity })
        else log.info('another replica leads; standing by', { lease: election.leaseName, leader: effect.identity })
        return
      case 'count slow path':
        countSlowPath()
    }
  }

  async #ask(request: Request, signal: AbortSignal): Promise<ElectionFact> {
    const options = { signal, timeout: this.#timeout() }
    const deadline = this.#deadline(options.timeout)
    try {
      const resource = await Promise.race([this.#lease(), deadline.passed])
      const { name, namespace } = this.#candidate
      const call = () => {
        if (request.do === 'get') return resource.get({ name, namespace }, options)
        return request.do === 'create' ? resource.create(request.lease, options) : resource.update(request.lease, options)
      }
      const lease = await Promise.race([call(), deadline.passed])
      this.#complaint = ''
      this.#options.reachability.succeeded()
      return { saw: request.do === 'get' ? 'lease' : 'written', lease }
    } catch (error) {
      if (signal.aborted) throw error
      if (request.do === 'get' && isNotFound(error)) return { saw: 'no lease' }
      this.#complain(request, error)
      return { saw: 'failure', message: messageOf(error) }
    } finally {
      deadline.cancel()
    }
  }

  #complain(request: Request, error: unknown): void {
    const { log, election, reachability } = this.#options
    const message = messageOf(error)
    reachability.failed(error)
    if (!isServerTrouble(error) && message !== this.#complaint) {
      log.warn(`cannot ${request.do} the lease; the rights "get", "create" and "update" on leases.coordination.k8s.io are needed`, {
        lease: `${election.leaseNamespace}/${election.leaseName}`,
        error,
      })
    }
    this.#complaint = message
  }

  /** One hung call must not cost the lease; and none may outlast the renewal's deadline. */
  #timeout(): number {
    const { election, clock } = this.#options
    const timeout = Math.max(1000, election.renewDeadline / 2)
    const role = this.#role()
    if (role.is === 'follower') return timeout
    return Math.max(1, Math.min(timeout, role.renewedAt + election.renewDeadline - clock.monotonic()))
  }

  /** The client's own timeout is not enough where its request cannot start, as when a name server hangs. */
  #deadline(ms: number): { readonly passed: Promise<never>; cancel(): void } {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {})
    const timer = this.#options.clock.setTimer(ms, () => reject(new Error(`no answer within ${ms} ms`)))
    return { passed: promise, cancel: () => timer.cancel() }
  }

  async #lease(): Promise<Resource<Lease>> {
    this.#resource ??= this.#options.election.client.resource(Lease)
    try {
      return await this.#resource
    } catch (error) {
      this.#resource = undefined
      throw error
    }
  }
}
