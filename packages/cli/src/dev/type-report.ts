import { messageOf } from '@kubewright/core'
import { checkTypes, type Verdict } from './type-check.ts'

/** Tells of type errors after a change, and once that they are gone. The program runs meanwhile: types are not needed to try something. */
export class TypeReport {
  readonly #root: string
  readonly #tell: (fine: boolean, text: string) => void
  #under: { readonly done: Promise<void>; readonly cancel: AbortController } | undefined
  #last: Verdict['is'] = 'fine'

  constructor(root: string, tell: (fine: boolean, text: string) => void) {
    this.#root = root
    this.#tell = tell
  }

  begin(): void {
    this.cancel()
    const cancel = new AbortController()
    this.#under = { done: this.#check(cancel.signal), cancel }
  }

  /** What is checked is not the newest any more. */
  cancel(): void {
    this.#under?.cancel.abort()
  }

  async stop(): Promise<void> {
    this.cancel()
    await this.#under?.done
  }

  async #check(signal: AbortSignal): Promise<void> {
    try {
      this.#report(await checkTypes(this.#root, signal))
    } catch (error) {
      if (!signal.aborted) this.#report({ is: 'unknown', why: messageOf(error) })
    }
  }

  #report(verdict: Verdict): void {
    const before = this.#last
    this.#last = verdict.is
    if (verdict.is === 'wrong') this.#tell(false, verdict.output)
    if (verdict.is === 'fine' && before === 'wrong') this.#tell(true, 'the types are right again')
    if (verdict.is === 'unknown' && before !== 'unknown') this.#tell(true, `types are not checked: ${verdict.why}`)
  }
}
