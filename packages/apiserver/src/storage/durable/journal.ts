import { closeSync, fdatasync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '@kubewright/core'
import type { WriteRecord } from '../record.ts'
import { lineOf } from './line.ts'

const sync = promisify(fdatasync)

/** Why nothing can be written any more, or this one write could not. The text is fit for a client: it names the trouble and no path. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

/**
 * The file to which every write is appended before it takes effect. A write that was appended survives the process; after {@link synced} it
 * survives the machine.
 */
export class Journal {
  readonly #file: number
  #size: number
  /** What is appended and what is known to be on the disk. */
  #appended = 0
  #onDisk = 0
  #syncing: Promise<void> | undefined
  #broken: string | undefined

  /** `size`: of the part of the file that is in order; what is behind it is cut off. */
  constructor(path: string, size: number) {
    this.#file = openSync(path, 'a', 0o600)
    this.#size = size
    ftruncateSync(this.#file, size)
    syncDirectory(dirname(path))
  }

  get size(): number {
    return this.#size
  }

  /** @throws StorageError when it was not written; the file is then as it was before */
  append(record: WriteRecord): void {
    if (this.#broken !== undefined) throw new StorageError(this.#broken)
    const line = lineOf(record)
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written)
    } catch (error) {
      this.#takeBack()
      throw new StorageError(`the write could not be stored: ${messageOf(error)}`, { cause: error })
    }
    this.#size += line.length
    this.#appended++
  }

  /** When all that was appended until now is on the disk. Those who wait at one time share one sync. @throws StorageError */
  async synced(): Promise<void> {
    for (const wanted = this.#appended; this.#onDisk < wanted; ) {
      this.#syncing ??= this.#sync().finally(() => {
        this.#syncing = undefined
      })
      await this.#syncing
    }
  }

  /** {@link synced} before anything else happens. @throws StorageError */
  syncNow(): void {
    const appended = this.#appended
    if (this.#broken !== undefined) throw new StorageError(this.#broken)
    try {
      fdatasyncSync(this.#file)
    } catch (error) {
      throw this.#breakOver(error)
    }
    this.#onDisk = appended
  }

  /** What is not synced yet is left to the operating system. */
  async close(): Promise<void> {
    await this.#syncing?.catch(() => undefined)
    closeSync(this.#file)
  }

  async #sync(): Promise<void> {
    const appended = this.#appended
    if (this.#broken !== undefined) throw new StorageError(this.#broken)
    try {
      await sync(this.#file)
    } catch (error) {
      throw this.#breakOver(error)
    }
    this.#onDisk = Math.max(this.#onDisk, appended)
  }

  /** What the kernel has dropped it does not write again, and the next sync would say that all is well. */
  #breakOver(error: unknown): StorageError {
    this.#broken = `the disk did not take what was written (${messageOf(error)}): restart the server`
    return new StorageError(this.#broken, { cause: error })
  }

  /** A line that was written in part would end the file for the next start. */
  #takeBack(): void {
    try {
      ftruncateSync(this.#file, this.#size)
    } catch (error) {
      this.#broken = `a write failed half way and could not be taken back (${messageOf(error)}): restart the server`
    }
  }
}

/** A new file is in its directory after a crash only when that was written too. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
