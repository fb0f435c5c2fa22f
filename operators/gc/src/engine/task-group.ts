/**
 * Tasks that run beside each other, of which nobody awaits a single one. What one of them fails with is a defect of ours and not the server's trouble (every
 * answer of the server is an outcome): the first failure is told, so that the program ends with it rather than go on half.
 */
export class TaskGroup {
  readonly #failed: (error: unknown) => void
  #size = 0
  #failure: { readonly error: unknown } | undefined
  #empty: (() => void) | undefined

  /** `failed` is called once, with the first failure. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** How many are under way. */
  get size(): number {
    return this.#size
  }

  add(task: Promise<void>): void {
    this.#size++
    task.then(this.#end, this.#fail)
  }

  /** Resolves when none is under way, those that come meanwhile included. @throws the first failure */
  async ended(): Promise<void> {
    while (this.#size > 0) {
      await new Promise<void>((resolve) => {
        this.#empty = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  readonly #end = (): void => {
    if (--this.#size === 0) this.#empty?.()
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failure === undefined) {
      this.#failure = { error }
      this.#failed(error)
    }
    this.#end()
  }
}
