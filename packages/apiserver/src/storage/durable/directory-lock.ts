import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '@kubewright/core'

/** Two servers on one directory would each overwrite what the other has acknowledged. @returns how to let go @throws ConfigurationError */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock')
  const own = `${path}.${process.pid}`
  writeFileSync(own, JSON.stringify(ownHolder()), { mode: 0o600 })
  try {
    // A link is made whole or not at all: nobody reads a lock without its holder.
    for (let tries = 0; !isLinked(own, path); tries++) {
      const holder = holderOf(path)
      if (tries === TRIES || (holder !== undefined && isAlive(holder)))
        throw new ConfigurationError(
          `${directory} is in use by process ${holder?.pid}: stop it, or give another --data-dir (if no server runs there, remove ${path})`,
          { code: 'KW-DATA-DIRECTORY' },
        )
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
  return () => rmSync(path, { force: true })
}

/** Several servers may find the lock of a dead one at one time; one of them wins, and the others find its lock. */
const TRIES = 5

interface Holder {
  readonly pid: number
  /** When the process began, in ms since the epoch. In a container every life of a program has the same number. */
  readonly began: number
}

/** Of two readings of when a process began, ms. */
const SAME_LIFE = 5_000

const ownHolder = (): Holder => ({ pid: process.pid, began: Math.round(Date.now() - process.uptime() * 1000) })

function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Undefined: gone in the meantime, or written by no server. */
function holderOf(path: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>
    return Number.isSafeInteger(pid) && pid! > 0 ? { pid: pid!, began: began ?? 0 } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive({ pid, began }: Holder): boolean {
  const own = ownHolder()
  if (pid === own.pid) return Math.abs(began - own.began) < SAME_LIFE
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
