import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** A program of this folder as a process on a core of its own, where the machine has one to give and knows how (`taskset`). */
export class PinnedProcess implements AsyncDisposable {
  readonly #child: ChildProcess

  constructor(file: string, core: number, environment: Readonly<Record<string, string>> = {}) {
    const program = [process.execPath, join(import.meta.dirname, file)]
    const pinned = canPin() ? ['taskset', '-c', String(core), ...program] : program
    const [command = '', ...args] = canHurry() ? ['chrt', '-r', '1', ...pinned] : pinned
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production', ...environment },
    })
  }

  send(message: string | object): void {
    this.#child.send(message)
  }

  /** @throws Error when the process ends instead */
  async hears<T>(): Promise<T> {
    const over = new AbortController()
    const { signal } = over
    try {
      const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the process ended with ${String(code)}`)
      })
      const [message] = (await Promise.race([once(this.#child, 'message', { signal }), ended])) as [T]
      return message
    } finally {
      over.abort()
    }
  }

  async ask<T>(message: string | object): Promise<T> {
    this.send(message)
    return await this.hears<T>()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** Before other programs of the machine, where one is allowed to: they are not the subject. */
export function canHurry(): boolean {
  return spawnSync('chrt', ['-r', '1', 'true']).status === 0
}

export function canPin(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0
}
