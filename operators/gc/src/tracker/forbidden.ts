import type { Instant } from './step.ts'

/** Where a policy may not delete, in the server's words: a namespace, or '' for what is of none, is left alone for a while. */
export class Forbidden {
  readonly #pauses = new Map<string, { readonly until: number; readonly message: string }>()

  /** `until`: monotonic ms. */
  add(namespace: string, until: number, message: string): void {
    this.#pauses.set(namespace, { until, message })
  }

  clear(): void {
    this.#pauses.clear()
  }

  /** Until when a namespace is left alone; `undefined`: it is not. */
  until(namespace: string, { mono }: Instant): number | undefined {
    const pause = this.#pauses.get(namespace)
    return pause !== undefined && pause.until > mono ? pause.until : undefined
  }

  /** The namespaces, with the server's words. */
  told({ mono }: Instant): ReadonlyMap<string, string> {
    return new Map([...this.#pauses].filter(([, { until }]) => until > mono).map(([namespace, { message }]) => [namespace, message]))
  }
}
