import type { Manager } from './manager.ts'
import type { Part } from './part.ts'
import type { Runnable } from './runnable.ts'

export interface GroupOptions {
  readonly name: string
  /** What its members are given. */
  readonly manager: Manager
  readonly failed: (runnable: Runnable, error: unknown) => void
}

export type MemberState = 'waiting' | 'warming' | 'running' | 'ended'

interface Member {
  readonly runnable: Runnable
  state: MemberState
  warm: Promise<boolean> | undefined
  run: Promise<void> | undefined
}

/** Runnables that start and stop together. */
export class RunnableGroup implements Part {
  readonly name: string
  readonly #manager: Manager
  readonly #failed: GroupOptions['failed']
  readonly #stop = new AbortController()
  readonly #members: Member[] = []
  #life: 'waiting' | 'warm' | 'running' | 'stopping' = 'waiting'

  constructor({ name, manager, failed }: GroupOptions) {
    this.name = name
    this.#manager = manager
    this.#failed = failed
  }

  get alive(): readonly string[] {
    return this.#members.flatMap(({ runnable, state }) => (state === 'running' || state === 'warming' ? [runnable.name] : []))
  }

  /** Those that have not warmed up. */
  get cold(): readonly string[] {
    return this.#members.flatMap(({ runnable, state }) => (state === 'warming' ? [runnable.name] : []))
  }

  members(): readonly { readonly runnable: Runnable; readonly state: MemberState }[] {
    return this.#members
  }

  /** Warms it up or runs it now, if the group is at that. */
  add(runnable: Runnable): void {
    const member: Member = { runnable, state: 'waiting', warm: undefined, run: undefined }
    this.#members.push(member)
    if (this.#life === 'warm') void this.#warmUp(member)
    else if (this.#life === 'running') void this.#start(member)
  }

  /** Resolves when every member is warm. */
  async warmUp(): Promise<void> {
    if (this.#life !== 'waiting') return
    this.#life = 'warm'
    await Promise.all(this.#members.map((member) => this.#warmUp(member)))
  }

  /** Resolves when those that serve, serve. */
  async start(): Promise<void> {
    if (this.#life !== 'waiting' && this.#life !== 'warm') return
    this.#life = 'running'
    await Promise.all(this.#members.map((member) => this.#start(member)))
  }

  /** Resolves when all have ended. */
  async stop(reason: unknown): Promise<void> {
    this.#life = 'stopping'
    this.#stop.abort(reason)
    await Promise.all(this.#members.flatMap(({ warm, run }) => [warm, run]))
  }

  #warmUp(member: Member): Promise<unknown> {
    const { runnable } = member
    if (runnable.warmUp === undefined) return Promise.resolve()
    member.state = 'warming'
    member.warm = this.#attempt(runnable, async (signal) => runnable.warmUp?.(signal, this.#manager)).then((well) => {
      if (member.state === 'warming') member.state = well ? 'waiting' : 'ended'
      return well
    })
    return member.warm
  }

  /** Never rejects: what fails has been told. */
  async #start(member: Member): Promise<void> {
    const { runnable } = member
    const run = async () => {
      // Not awaited when there is nothing to await: what is added to a running group runs at once.
      if (member.warm !== undefined && (!(await member.warm) || this.#stop.signal.aborted)) return
      await this.#attempt(runnable, (signal) => runnable.run(signal, this.#manager))
    }
    // Known to be alive before its first line runs, as that line may already end.
    if (member.warm === undefined) member.state = 'running'
    else
      member.warm.then(
        (well) => {
          if (well && !this.#stop.signal.aborted) member.state = 'running'
        },
        () => {},
      )
    member.run = run().finally(() => {
      member.state = 'ended'
    })
    if (runnable.whenServing === undefined) return
    const serving = this.#attempt(runnable, async (signal) => runnable.whenServing?.(signal))
    await Promise.race([serving, member.run])
  }

  async #attempt(runnable: Runnable, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    try {
      await work(this.#stop.signal)
      return true
    } catch (error) {
      if (error !== this.#stop.signal.reason || !this.#stop.signal.aborted) this.#failed(runnable, error)
      return false
    }
  }
}
