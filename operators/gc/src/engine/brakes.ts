import { type Client, type Clock, type KubeObject, messageOf } from 'kubewright'
import type { Policy } from '../kinds/policies.ts'
import type { ReadyPolicy } from '../policy/policy.ts'
import { APPROVE_ANNOTATION } from '../safety/approval.ts'
import { Brake, type BrakeMoment, type Leave } from '../safety/brake.ts'
import type { Limits } from '../safety/limits.ts'
import type { Step } from '../tracker/step.ts'
import type { Tracker } from '../tracker/tracker.ts'
import type { PolicyEntry } from './policy-entry.ts'

export interface BrakesEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly tracker: Tracker
  /** Something may go on, or has a new status. */
  changed(key: string): void
  spawn(task: Promise<void>): void
}

const RECOUNT = 10_000
/** A page, where the server does not tell how many there are. */
const PAGE = 500

/** Holds policies whose brake says so, and lets them go on. */
export class Brakes {
  readonly #environment: BrakesEnvironment
  readonly #held = new Set<PolicyEntry>()

  constructor(environment: BrakesEnvironment) {
    this.#environment = environment
  }

  /** A brake for this version of the policy. What an earlier one knows of the same policy is carried on. */
  for(limits: Limits, policy: Policy, before: PolicyEntry | undefined): Brake {
    const { generation, annotations } = policy.metadata
    const approval = annotations?.[APPROVE_ANNOTATION]
    if (before?.brake === undefined)
      return new Brake(limits, policy.status, policy.status?.observedGeneration === generation, approval, this.#moment())
    const { run, halt } = before.brake
    const isOfThisSpec = before.policy.metadata.generation === generation
    return new Brake(limits, { ...(run && { run }), ...(halt && { halt }) }, isOfThisSpec, approval, this.#moment())
  }

  /** Whether the deletion may be sent. If not, the policy is held, and the object waits with it. */
  mayDelete(entry: PolicyEntry, ready: ReadyPolicy, step: Step & { readonly do: 'delete' }): boolean {
    const leave = this.#leave(entry)
    if (leave.is === 'go') {
      entry.brake?.sent()
      return true
    }
    const { tracker, changed } = this.#environment
    const now = this.#moment()
    tracker.answered(step, { is: 'unsent', message: 'the policy is held' }, now)
    tracker.setPolicy(entry.key, { ...ready.mode, paused: true }, now)
    entry.held = leave
    this.#held.add(entry)
    if (leave.is === 'ask') this.#environment.spawn(this.#count(entry, ready))
    changed(entry.key)
    return false
  }

  /** Whether objects of the policy may be told that they will go. `waiting`: so many are to be told. */
  mayPrepare(entry: PolicyEntry, waiting: number): boolean {
    const { tracker, changed } = this.#environment
    const now = this.#moment()
    const { brake } = entry
    if (brake === undefined) return false
    const wasHalted = brake.halt !== undefined
    if (!wasHalted && brake.mayBegin(() => tracker.census(entry.key, now).due + waiting, now)) return true
    // Told once: whoever is told looks whether there is something to do, and comes here.
    if (!wasHalted) changed(entry.key)
    return false
  }

  /** Lets go on what may go on again. Costs no request. */
  look(): void {
    const { clock } = this.#environment
    for (const entry of this.#held) {
      if (entry.held?.is === 'wait' && clock.monotonic() < entry.held.until) continue
      if (entry.held?.is !== 'ask') this.#release(entry)
    }
  }

  /** The policy has changed, or gone. */
  forget(entry: PolicyEntry): void {
    this.#held.delete(entry)
    entry.held = undefined
  }

  #release(entry: PolicyEntry): void {
    if (entry.brake?.halt !== undefined) return
    this.forget(entry)
    const { tracker, changed } = this.#environment
    if (entry.work.is === 'run' && entry.work.run.state.is === 'watching')
      tracker.setPolicy(entry.key, entry.work.run.ready.mode, this.#moment())
    changed(entry.key)
  }

  #leave(entry: PolicyEntry): Leave {
    const { tracker } = this.#environment
    const { brake } = entry
    if (brake === undefined) return { is: 'go' }
    for (;;) {
      const now = this.#moment()
      const leave = brake.ask(now)
      if (leave.is !== 'ask' || leave.what !== 'due') return leave
      brake.due(tracker.census(entry.key, now).due, now)
    }
  }

  async #count(entry: PolicyEntry, { target }: ReadyPolicy): Promise<void> {
    const { brake } = entry
    const { client, clock } = this.#environment
    let next: PolicyEntry['held']
    try {
      const resource = (await client.resource<KubeObject>(target.kind)).metadataOnly()
      let count = 0
      let token: string | undefined
      do {
        const page = await resource.list({
          namespace: target.namespace,
          limit: count === 0 ? 1 : PAGE,
          ...(token !== undefined && { continue: token }),
        })
        count += page.items.length
        const { remainingItemCount } = page.metadata
        token = remainingItemCount === undefined ? page.metadata.continue : undefined
        count += remainingItemCount ?? 0
      } while (token !== undefined && token !== '')
      brake?.counted(count)
    } catch (error) {
      next = {
        is: 'wait',
        until: clock.monotonic() + RECOUNT,
        message: `its objects cannot be counted, for limits.maxPercent: ${messageOf(error)}`,
      }
    }
    if (entry.brake !== brake || !this.#held.has(entry)) return
    entry.held = next
    this.#environment.changed(entry.key)
    if (next === undefined) this.#release(entry)
  }

  #moment(): BrakeMoment {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}
