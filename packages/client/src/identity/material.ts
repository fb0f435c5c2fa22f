import { readFile } from 'node:fs/promises'
import { type Clock, ConfigurationError, messageOf, systemClock } from '@kubewright/core'

/** A text that may change while we run: a mounted token, a CA bundle, a certificate. */
export interface Material {
  /** What a message calls it: a file's path, or the field it was written in. */
  readonly name: string
  read(): Promise<string>
  /** The text was refused: the next read asks its source. False: it cannot change. */
  invalidate(): boolean
}

export function fixedMaterial(name: string, text: string): Material {
  return { name, read: () => Promise.resolve(text), invalidate: () => false }
}

export interface FileMaterialOptions {
  readonly clock?: Clock
  /** Milliseconds. @default 60 s: the kubelet writes a new token at 80 % of its life, so a minute's lag is harmless, and client-go does the same */
  readonly maxAge?: number
  readonly readText?: (path: string) => Promise<string>
  /** What is wrong with a text, if anything. Such a text never replaces a good one: a file that is being written is read in the middle sometimes. */
  readonly problemOf?: (name: string, text: string) => string | undefined
}

/**
 * A file that is read again when its content is older than `maxAge`. A failing re-read keeps the last good text (a Secret volume is swapped by
 * renaming a link, and for a moment a reader may find nothing). Concurrent readers share one read.
 */
export function fileMaterial(path: string, options: FileMaterialOptions = {}): Material {
  const { clock = systemClock, maxAge = 60_000, readText = (file) => readFile(file, 'utf8'), problemOf } = options
  let last: { readonly text: string; readonly at: number } | undefined
  /** Counts refusals: what was begun to be read before one may be what was refused. */
  let refusals = 0
  let readAt = 0
  let reading: Promise<string> | undefined

  const refresh = async () => {
    try {
      for (;;) {
        const before = refusals
        const text = await readGood()
        last = { text, at: clock.monotonic() }
        readAt = before
        if (before === refusals) return text
      }
    } catch (error) {
      if (last === undefined) throw error
      last = { text: last.text, at: clock.monotonic() }
      return last.text
    } finally {
      reading = undefined
    }
  }

  const readGood = async () => {
    const text = await readText(path).catch((error: unknown) => {
      throw new ConfigurationError(`${path} cannot be read: ${messageOf(error)}`, { cause: error })
    })
    const problem = problemOf?.(path, text)
    if (problem !== undefined) throw new ConfigurationError(problem)
    return text
  }

  return {
    name: path,
    read() {
      if (last !== undefined && readAt === refusals && clock.monotonic() - last.at < maxAge) return Promise.resolve(last.text)
      reading ??= refresh()
      return reading
    },
    invalidate() {
      refusals++
      return true
    },
  }
}
