import { onRefusal, type Pressure, recover } from '../limits/adaptive.ts'
import { FairQueue } from '../limits/fair-queue.ts'
import { freshRate, type Rate, type RateState, takeSlot } from '../limits/rate.ts'
import { SendMeter } from '../limits/send-meter.ts'

/** How a policy deletes. */
export interface PolicyMode {
  readonly dryRun: boolean
  readonly paused: boolean
  readonly rate: Rate
  /** The highest of those that have a say about an object decide. @default 0 */
  readonly priority?: number
  /** Policies in one line wait for each other: see {@link SendingLine.hold}. */
  readonly line: string
}

/** What the line has to know of a policy, and keeps there. */
export interface Sender {
  mode: PolicyMode
  rate: RateState
}

/**
 * Those that have fallen due and wait to be sent: by turns between policies, each at its own rate, and all together no faster than the server
 * takes it. Times are monotonic ms.
 */
export class SendingLine<T> {
  readonly #senderOf: (policy: string) => Sender | undefined
  readonly #waiting = new FairQueue<T>()
  readonly #held = new Set<string>()
  readonly #sent = new SendMeter()
  #pressure: Pressure = { is: 'free' }
  #pressureRate: RateState = freshRate

  constructor(senderOf: (policy: string) => Sender | undefined) {
    this.#senderOf = senderOf
  }

  add(policy: string, item: T): void {
    this.#waiting.add(policy, item)
  }

  /** Forgets what the policy has waiting. */
  drop(policy: string): void {
    this.#waiting.drop(policy)
  }

  /** Stops all policies whose `mode.line` is this, or lets them go on. */
  hold(line: string, held: boolean): void {
    if (held) this.#held.add(line)
    else this.#held.delete(line)
  }

  /** The server asked for less. */
  slowDown(retryAfter: number, now: number): void {
    this.#pressure = onRefusal(this.#pressure, this.#sent.lately(now), retryAfter, now)
  }

  /** What the server refused while it went down or came up tells nothing about what it can take now. */
  relieve(): void {
    this.#pressure = { is: 'free' }
  }

  /** The next to be sent, which takes its slot; or until when there is none (Infinity: until something happens). Items that `stillGoes` denies are dropped. */
  next(
    now: number,
    stillGoes: (policy: string, item: T) => boolean,
  ): { readonly owner: string; readonly item: T } | { readonly waitUntil: number } {
    const gate = this.#gate(now)
    if ('waitUntil' in gate) return { waitUntil: this.#waiting.size > 0 ? gate.waitUntil : Number.POSITIVE_INFINITY }
    for (;;) {
      let waitUntil = Number.POSITIVE_INFINITY
      const taken = this.#waiting.take((policy) => {
        const sender = this.#senderOf(policy)
        if (sender === undefined || this.#held.has(sender.mode.line)) return false
        const slot = takeSlot(sender.rate, sender.mode.rate, now)
        if ('waitUntil' in slot) waitUntil = Math.min(waitUntil, slot.waitUntil)
        return 'taken' in slot
      })
      if (taken === undefined) return { waitUntil }
      if (!stillGoes(taken.owner, taken.item)) continue
      this.#spend(taken.owner, gate.taken, now)
      return taken
    }
  }

  #gate(now: number): ReturnType<typeof takeSlot> {
    this.#pressure = recover(this.#pressure, now)
    if (this.#pressure.is === 'free') return { taken: freshRate }
    if (this.#pressure.notBefore > now) return { waitUntil: this.#pressure.notBefore }
    return takeSlot(this.#pressureRate, { perSecond: this.#pressure.perSecond, batch: 1 }, now)
  }

  #spend(policy: string, gate: RateState, now: number): void {
    const sender = this.#senderOf(policy)!
    const slot = takeSlot(sender.rate, sender.mode.rate, now)
    if ('taken' in slot) sender.rate = slot.taken
    this.#pressureRate = gate
    this.#sent.count(now)
  }
}
