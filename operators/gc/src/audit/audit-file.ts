import { type FileHandle, open } from 'node:fs/promises'
import { type Logger, messageOf } from 'kubewright'
import type { AuditSink, DeletionRecord } from './audit.ts'

/** So many lines are held back for a disk that is slow; then the oldest are given up, and that is said. */
const MOST_WAITING = 10_000

/** Appends a line of JSON for each record to a file. Never holds up a deletion. */
export class AuditFile {
  readonly #path: string
  readonly #log: Logger
  #waiting: string[] = []
  #lost = 0
  #wake: (() => void) | undefined

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  readonly sink: AuditSink = (record: DeletionRecord) => {
    this.#waiting.push(`${JSON.stringify(record)}\n`)
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift()
      this.#lost++
    }
    this.#wake?.()
  }

  /** Writes until the signal aborts, and then what is left. @throws Error when the file cannot be opened */
  async run(signal: AbortSignal): Promise<void> {
    // For the operator alone: names of objects can tell a lot.
    const file = await open(this.#path, 'a', 0o600)
    try {
      while (!signal.aborted) {
        await this.#write(file)
        await this.#next(signal)
      }
      await this.#write(file)
      await file.sync().catch((error: unknown) => this.#complain(error))
    } finally {
      await file.close()
    }
  }

  async #write(file: FileHandle): Promise<void> {
    if (this.#waiting.length === 0) return
    const lines = this.#waiting
    this.#waiting = []
    if (this.#lost > 0) this.#log.error('records of deletions are lost: the audit file is too slow', { lost: this.#lost, file: this.#path })
    this.#lost = 0
    await file.appendFile(lines.join('')).catch((error: unknown) => this.#complain(error))
  }

  #complain(error: unknown): void {
    this.#log.error('records of deletions could not be written to the audit file', { file: this.#path, error: messageOf(error) })
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#wake = undefined
        signal.removeEventListener('abort', end)
        resolve()
      }
      if (this.#waiting.length > 0 || signal.aborted) return end()
      this.#wake = end
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
