import { type FSWatcher, watch } from 'node:fs'
import { type Clock, systemClock, type Timer } from '@kubewright/core'

export interface FolderWatchOptions {
  readonly signal: AbortSignal
  /** @default the system's clock */
  readonly clock?: Clock
}

/** Not every file system tells of changes (NFS, some container engines): without being told, this often is looked. controller-runtime's. */
const POLL = 10_000
/** Several files change together; a reader in between sees a certificate with the key of another. */
const SETTLE = 100

/**
 * Calls `look` when something in the folder may have changed, and every ten seconds; never twice at once. The folder and not a file is watched,
 * because Kubernetes replaces a mounted Secret by turning a symbolic link in it. Resolves when the signal has aborted and nothing runs any more.
 * `look` must not throw.
 */
export async function watchFolder(
  folder: string,
  look: () => Promise<void>,
  { signal, clock = systemClock }: FolderWatchOptions,
): Promise<void> {
  if (signal.aborted) return
  let timer: Timer | undefined
  let told = false
  let over = Promise.withResolvers<void>()
  const wait = (ms: number) => {
    timer?.cancel()
    timer = clock.setTimer(ms, () => over.resolve())
  }
  const stop = () => over.resolve()
  // Not put off by further changes: in a folder where something happens all the time nobody would ever look.
  const watcher = watcherOf(folder, () => {
    if (!told) wait(SETTLE)
    told = true
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      wait(told ? SETTLE : POLL)
      await over.promise
      if (signal.aborted) return
      over = Promise.withResolvers()
      told = false
      await look()
      if (signal.aborted) return
    }
  } finally {
    timer?.cancel()
    watcher?.close()
    signal.removeEventListener('abort', stop)
  }
}

/** `undefined` when the folder cannot be watched: then looking now and then has to do. */
function watcherOf(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
