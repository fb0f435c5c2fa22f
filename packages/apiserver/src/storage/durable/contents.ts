import { readFileSync } from 'node:fs'
import { ConfigurationError } from '@kubewright/core'
import { isWriteRecord, type StoredObject, type WriteRecord } from '../record.ts'
import { linesOf } from './line.ts'
import { isEnd } from './snapshot.ts'

/** What a directory held when it was opened. */
export class Contents {
  readonly #places = new Map<string, StoredObject>()
  #revision = 0

  /** The newest, whether its object is still there or not. */
  get revision(): number {
    return this.#revision
  }

  /** What is there, in the order in which it was written; afterwards this holds nothing any more. */
  take(): readonly StoredObject[] {
    const puts = [...this.#places.values()].sort((a, b) => a.revision - b.revision)
    this.#places.clear()
    return puts
  }

  /** @throws ConfigurationError when the file is not what was once written */
  readSnapshot(path: string): void {
    let count = 0
    for (const line of linesOf(readFileSync(path))) {
      if (line.is === 'value' && isEnd(line.value) && line.value.end === count) return
      if (line.is === 'broken' || !isWriteRecord(line.value)) throw damaged(path, line.at)
      this.#apply(line.value)
      count++
    }
    throw damaged(path, 0)
  }

  /**
   * @returns the size of what is in order: a last line that a crash tore was never answered for
   * @throws ConfigurationError when there is damage elsewhere, or in a file that is not the newest
   */
  readJournal(path: string, isNewest: boolean): number {
    const bytes = readFileSync(path)
    for (const line of linesOf(bytes)) {
      if (line.is === 'broken' && line.last && isNewest) return line.at
      if (line.is === 'broken' || !isWriteRecord(line.value)) throw damaged(path, line.at)
      this.#apply(line.value)
    }
    return bytes.length
  }

  #apply(record: WriteRecord): void {
    this.#revision = Math.max(this.#revision, record.revision)
    const place = `${record.resource} ${record.key}`
    if (record.object === undefined) this.#places.delete(place)
    else this.#places.set(place, record)
  }
}

const damaged = (path: string, at: number): ConfigurationError =>
  new ConfigurationError(
    `${path} is damaged at byte ${at}, and what follows it cannot be trusted: restore the directory from a copy, or give another --data-dir`,
    { code: 'KW-DATA-DIRECTORY' },
  )
