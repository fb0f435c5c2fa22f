import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, messageOf } from '@kubewright/core'
import type { WriteRecord } from '../record.ts'
import { Contents } from './contents.ts'
import { lockDirectory } from './directory-lock.ts'
import { Journal } from './journal.ts'
import { UNFINISHED, writeSnapshot } from './snapshot.ts'

export interface DataDirectoryOptions {
  readonly path: string
  /** A line about what should not have happened. */
  readonly log: (line: string) => void
  /** Bytes of journal after which a snapshot is made, unless the last one was larger. @default 64 MiB */
  readonly snapshotAfter?: number
}

const SNAPSHOT_AFTER = 64 * 1024 * 1024

/**
 * Where the objects of a server outlive it: `REVISION.snapshot`, the state at a revision, and `REVISION.journal`, the writes after it. At every
 * moment the newest snapshot and the journals from its revision on are the whole truth, wherever a crash comes.
 */
export class DataDirectory {
  readonly contents: Contents
  readonly #path: string
  readonly #log: (line: string) => void
  readonly #snapshotAfter: number
  readonly #unlock: () => void
  #journal: Journal
  #snapshotting: Promise<void> | undefined

  /** @throws ConfigurationError when the directory cannot be used, or is damaged */
  constructor({ path, log, snapshotAfter = SNAPSHOT_AFTER }: DataDirectoryOptions) {
    this.#path = path
    this.#log = log
    this.#snapshotAfter = snapshotAfter
    makeDirectory(path)
    this.#unlock = lockDirectory(path)
    try {
      const { contents, journal } = open(path)
      this.contents = contents
      this.#journal = journal
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  /** @throws StorageError when it was not stored */
  append(record: WriteRecord): void {
    this.#journal.append(record)
  }

  /** When all that was appended until now survives the machine. @throws StorageError */
  async synced(): Promise<void> {
    await this.#journal.synced()
  }

  /** Makes a snapshot of `state` when the journal has grown. `state` is asked for at once, and read while others write: its objects must not change. */
  tidy(revision: number, state: () => Iterable<WriteRecord>): void {
    if (this.#snapshotting !== undefined || this.#journal.size < this.#snapshotAfter) return
    const full = this.#journal
    try {
      // Only the newest journal may have a torn end.
      full.syncNow()
      this.#journal = new Journal(fileOf(this.#path, revision, 'journal'), 0)
    } catch (error) {
      this.#log(`apiserver: no new journal could be begun: ${messageOf(error)}`)
      return
    }
    this.#snapshotting = this.#snapshot(revision, state(), full).finally(() => {
      this.#snapshotting = undefined
    })
  }

  async close(): Promise<void> {
    await this.#snapshotting
    await this.synced().catch((error: unknown) => this.#log(`apiserver: ${messageOf(error)}`))
    await this.#journal.close()
    this.#unlock()
  }

  async #snapshot(revision: number, records: Iterable<WriteRecord>, full: Journal): Promise<void> {
    try {
      await full.close()
      await writeSnapshot(fileOf(this.#path, revision, 'snapshot'), records)
      removeOlder(this.#path, revision)
    } catch (error) {
      // The journals tell the same; it is tried again when the new one has grown.
      this.#log(`apiserver: no snapshot could be made: ${messageOf(error)}`)
    }
  }
}

type FileKind = 'snapshot' | 'journal'

/** Padded, so that the order of names is that of revisions. */
const fileOf = (directory: string, revision: number, kind: FileKind): string =>
  join(directory, `${String(revision).padStart(DIGITS, '0')}.${kind}`)

const DIGITS = 16

interface DataFile {
  readonly path: string
  readonly revision: number
  readonly kind: FileKind
}

function filesOf(directory: string): readonly DataFile[] {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const [, revision, kind] = /^(\d{16})\.(snapshot|journal)$/.exec(name) ?? []
      return kind === undefined ? [] : [{ path: join(directory, name), revision: Number(revision), kind: kind as FileKind }]
    })
}

function open(directory: string): { readonly contents: Contents; readonly journal: Journal } {
  const contents = new Contents()
  const files = filesOf(directory)
  const snapshot = files.findLast(({ kind }) => kind === 'snapshot')
  const journals = files.filter(({ kind, revision }) => kind === 'journal' && revision >= (snapshot?.revision ?? 0))
  if (snapshot !== undefined) contents.readSnapshot(snapshot.path)
  let size = 0
  for (const journal of journals) size = contents.readJournal(journal.path, journal === journals.at(-1))
  const path = journals.at(-1)?.path ?? fileOf(directory, snapshot?.revision ?? 0, 'journal')
  for (const name of readdirSync(directory)) if (name.endsWith(UNFINISHED)) rmSync(join(directory, name))
  if (snapshot !== undefined) removeOlder(directory, snapshot.revision)
  return { contents, journal: new Journal(path, size) }
}

function removeOlder(directory: string, than: number): void {
  for (const { path, revision } of filesOf(directory)) if (revision < than) rmSync(path, { force: true })
}

function makeDirectory(path: string): void {
  try {
    // Secrets are among the objects.
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ConfigurationError(`--data-dir: ${path} cannot be used: ${messageOf(error)}`, { cause: error, code: 'KW-DATA-DIRECTORY' })
  }
}
