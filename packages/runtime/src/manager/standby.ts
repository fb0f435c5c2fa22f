import type { Clock, Timer } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import type { RunnableGroup } from './group.ts'
import type { Part } from './part.ts'

export interface StandbyOptions {
  readonly group: RunnableGroup
  readonly clock: Clock
  readonly log: Logger
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * Warms up what will work once this replica leads, before it campaigns. The wait has an end: where one replica cannot list a kind none can, as a
 * rule, and a program without a leader does nothing at all, while one with a leader works on everything else.
 */
export class Standby implements Part {
  readonly name = 'standby'
  readonly alive: readonly string[] = []
  readonly #options: StandbyOptions
  #timer: Timer | undefined

  constructor(options: StandbyOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { group, clock, log, timeout } = this.#options
    const late = Promise.withResolvers<void>()
    this.#timer = clock.setTimer(timeout, () => {
      log.warn('not everything has warmed up; campaigning nevertheless', { cold: group.cold, seconds: timeout / 1000 })
      late.resolve()
    })
    await Promise.race([group.warmUp(), late.promise])
    this.#timer.cancel()
  }

  /** What is warming up belongs to the group, and stops with it. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
  }
}
