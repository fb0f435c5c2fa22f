import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { messageOf, sleep } from '@kubewright/core'
import type { Watchdog } from './watchdog.ts'

/** A foreign server under test, from its start to its end. */
export interface ServerProcess {
  readonly name: string
  readonly pid: number
  /** Resolves with a sentence on how it ended. */
  readonly exited: Promise<string>
  /** Asks it to stop, makes it stop after `grace` milliseconds, resolves when it is gone. */
  stop(grace: number): Promise<void>
  /** The end of its log, for error messages. */
  lastWords(): string
}

export interface ServerProcessOptions {
  readonly name: string
  readonly executable: string
  readonly args: readonly string[]
  readonly cwd: string
  /** @default this process's own environment */
  readonly env?: NodeJS.ProcessEnv
  /** Both output streams are appended to this file. */
  readonly logFile: string
  readonly watchdog: Watchdog
}

/** @throws Error when the executable cannot be started. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, executable, args, cwd, env = process.env, logFile, watchdog } = options
  const log = openSync(logFile, 'a')
  const child = spawn(executable, args, { cwd, env, stdio: ['ignore', log, log] })
  closeSync(log)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(new Error(`${name}: ${executable} could not be started: ${messageOf(error)}`, { cause: error })))
  })
  const pid = child.pid!
  watchdog.guard(pid)
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      watchdog.release(pid)
      resolve(signal ? `${name} was ended by ${signal}` : `${name} ended with exit code ${code}`)
    })
  })
  return {
    name,
    pid,
    exited,
    async stop(grace) {
      const timer = new AbortController()
      child.kill('SIGTERM')
      const overdue = sleep(grace, { signal: timer.signal }).then(
        () => void child.kill('SIGKILL'),
        () => undefined,
      )
      await exited
      timer.abort()
      await overdue
    },
    lastWords: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n'),
  }
}
