import { type KubeObject, type LabelSelector, matchesLabels } from '@kubewright/core'
import type { ChangeLog, LogEntry } from './change-log.ts'

/** What a reader is told. */
export type Told =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Everything that was there at the beginning has been told. */
  | { readonly type: 'SYNCED' }
  /** Too much has happened since the reader was here last: it forgets what it knows, and is told the present from the beginning. */
  | { readonly type: 'RESET' }

export interface Selection {
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly labels?: LabelSelector | undefined
}

/** One reader's way through a log. A state that was over before the reader came to it is not told: the one that took its place is. */
export class ChangeReader {
  readonly #log: ChangeLog
  readonly #selection: Selection
  #cursor: number
  /** Objects that came before are taken for told: the reader was there, and knows. */
  #knows: number
  /** Against that: what this reader has been told (true), or told the end of (false). */
  readonly #told = new Map<string, boolean>()
  #synced = false

  /** @param cursor where the reader has been; `undefined`: nowhere */
  constructor(log: ChangeLog, selection: Selection, cursor: number | undefined) {
    this.#log = log
    this.#selection = selection
    this.#cursor = cursor ?? 0
    this.#knows = this.#cursor
  }

  get cursor(): number {
    return this.#cursor
  }

  /**
   * What comes next; nothing when the reader is where the log is. It must be told before the next call.
   * @param complete whether the log has everything that was there at the beginning
   */
  take(most: number, complete: boolean): readonly Told[] {
    if (!this.#log.reachesBack(this.#cursor)) {
      this.#cursor = 0
      this.#knows = 0
      this.#told.clear()
      this.#synced = false
      return [{ type: 'RESET' }]
    }
    for (;;) {
      const entries = this.#log.after(this.#cursor, most)
      const told = entries.flatMap((entry) => this.#tell(entry))
      this.#cursor = entries.at(-1)?.sequence ?? this.#cursor
      if (told.length > 0) return told
      if (entries.length < most) break
    }
    if (this.#synced || !complete) return []
    this.#synced = true
    return [{ type: 'SYNCED' }]
  }

  #tell(entry: LogEntry): readonly Told[] {
    const { id, object, since } = entry
    if (!this.#isAbout(object)) return []
    const knows = this.#told.get(id) ?? since <= this.#knows
    const shows = !entry.gone && matchesLabels(this.#selection.labels ?? EVERYTHING, object.metadata.labels)
    if (entry.gone) this.#told.delete(id)
    else if (shows !== since <= this.#knows) this.#told.set(id, shows)
    else this.#told.delete(id)
    if (shows) return [{ type: knows ? 'MODIFIED' : 'ADDED', object }]
    return knows ? [{ type: 'DELETED', object }] : []
  }

  #isAbout({ metadata }: KubeObject): boolean {
    const { namespace, name } = this.#selection
    return (namespace === undefined || metadata.namespace === namespace) && (name === undefined || metadata.name === name)
  }
}

const EVERYTHING: LabelSelector = []
