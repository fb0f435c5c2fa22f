/** What is to be told about a request beside its answer: to the client as warnings, to the audit log as annotations. */
export class Notes {
  /** Each once, in the order in which they came. */
  readonly warnings = new Set<string>()
  readonly annotations = new Map<string, string>()

  warn(...texts: readonly string[]): void {
    for (const text of texts) this.warnings.add(text)
  }

  /** The first value stays: nothing may overwrite what stands in the log already. */
  annotate(key: string, value: string): void {
    if (!this.annotations.has(key)) this.annotations.set(key, value)
  }
}
