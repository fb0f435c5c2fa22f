import { until } from './until.ts'

/** What a run that watches has to do next. */
export type RunTask = { readonly do: 'open' } | { readonly do: 'read'; readonly namespaces: ReadonlySet<string> }

/** What a run was asked to do and has not begun yet. */
export class RunTasks {
  #task: RunTask | undefined
  #asked = Promise.withResolvers<void>()

  /** Opening the target anew is more than reading it. */
  ask(task: RunTask): void {
    if (this.#task?.do !== 'open') this.#task = task
    this.#asked.resolve()
  }

  /** The next, as soon as there is one. @throws the signal's reason */
  async next(signal: AbortSignal): Promise<RunTask> {
    await until(this.#asked.promise, signal)
    const task = this.#task ?? { do: 'open' }
    this.clear()
    return task
  }

  /** Forgets what was asked for until now: it is being done. */
  clear(): void {
    this.#task = undefined
    this.#asked = Promise.withResolvers()
  }
}
