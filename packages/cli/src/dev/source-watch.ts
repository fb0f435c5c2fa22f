import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock, type Timer } from '@kubewright/core'

export interface SourceWatchOptions {
  readonly signal: AbortSignal
  readonly clock?: Clock
}

/** An editor writes a file in several steps, and a formatter once more after it: so long nothing may happen before it counts as one change. */
const SETTLE = 40
/** However much goes on (a checkout of another branch), a change is told of after this. */
const LONGEST = 400

/** What Node loads. Tests are no part of the program. */
const SOURCE = /\.(?:[cm]?[jt]s|json)$/
const TEST = /\.test\.[cm]?[jt]s$/
/** Results of other programs, and what only the package manager changes. */
const SKIPPED = /^(?:\.|node_modules$|dist$|build$|coverage$)/

/** Calls `changed` once for each burst of changes to the sources in a folder and those below it, until the signal. */
export function watchSources(root: string, changed: () => void, { signal, clock = systemClock }: SourceWatchOptions): void {
  // One watcher a folder: a recursive one looks into node_modules too, which has a hundred thousand files.
  const watchers = new Map<string, FSWatcher>()
  let timer: Timer | undefined
  let since: number | undefined
  const tell = () => {
    since = undefined
    changed()
  }
  const saw = () => {
    since ??= clock.monotonic()
    timer?.cancel()
    timer = clock.setTimer(Math.min(SETTLE, since + LONGEST - clock.monotonic()), tell)
  }
  const forget = (folder: string) => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const follow = (folder: string) => {
    if (watchers.has(folder)) return
    const folders = foldersIn(folder)
    if (folders === undefined) return
    const watcher = watch(folder, (_, name) => {
      if (name === null) return saw()
      // A new folder may have come with its files: nobody would tell of these.
      if (!SKIPPED.test(name) && foldersIn(join(folder, name)) !== undefined && !watchers.has(join(folder, name))) {
        follow(join(folder, name))
        saw()
      } else if (isSource(name)) saw()
    })
    watcher.on('error', () => forget(folder))
    watchers.set(folder, watcher)
    for (const name of folders) follow(join(folder, name))
  }
  follow(root)
  signal.addEventListener(
    'abort',
    () => {
      timer?.cancel()
      for (const folder of [...watchers.keys()]) forget(folder)
    },
    { once: true },
  )
}

export const isSource = (name: string): boolean => SOURCE.test(name) && !TEST.test(name) && !SKIPPED.test(name)

/** The folders in a folder; `undefined` when it is none, or has gone. */
function foldersIn(folder: string): readonly string[] | undefined {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() && !SKIPPED.test(entry.name)).map(({ name }) => name)
  } catch {
    return undefined
  }
}
