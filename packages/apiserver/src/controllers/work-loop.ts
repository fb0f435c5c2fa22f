import type { Clock, Timer } from '@kubewright/core'

export interface WorkLoopOptions {
  readonly clock: Clock
  /** Deals with one key. What throws is said, and tried again. */
  readonly work: (key: string) => void
  readonly log: (line: string) => void
  readonly name: string
}

/** Keys dealt with in one turn of the event loop: a namespace of 10,000 objects must not silence the server while it goes. */
const PER_TURN = 200

/** Before a failed key is tried again. */
const RETRY_MS = 1_000

/** Deals with keys outside the write that made them due: the writer gets its answer first, as with a real server's controllers. Each waiting key once. */
export class WorkLoop {
  private readonly options: WorkLoopOptions
  private readonly waiting = new Set<string>()
  private readonly timers = new Set<Timer>()
  private isScheduled = false
  private isStopped = false

  constructor(options: WorkLoopOptions) {
    this.options = options
  }

  add(key: string): void {
    if (this.isStopped) return
    this.waiting.add(key)
    if (this.isScheduled) return
    this.isScheduled = true
    this.after(0, () => this.turn())
  }

  stop(): void {
    this.isStopped = true
    for (const timer of this.timers) timer.cancel()
  }

  private turn(): void {
    this.isScheduled = false
    const { name, work, log } = this.options
    for (const key of [...this.waiting].slice(0, PER_TURN)) {
      this.waiting.delete(key)
      try {
        work(key)
      } catch (error) {
        log(`apiserver: ${name}: ${key}: ${error instanceof Error ? error.message : String(error)}`)
        this.after(RETRY_MS, () => this.add(key))
      }
    }
    const [first] = this.waiting
    if (first !== undefined) this.add(first)
  }

  private after(ms: number, action: () => void): void {
    const timer = this.options.clock.setTimer(ms, () => {
      this.timers.delete(timer)
      action()
    })
    this.timers.add(timer)
  }
}
