import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { packageFile } from '../package-file.ts'

export interface ProgramOptions {
  readonly file: string
  /** Of the command line, whatever the program is. */
  readonly flags: readonly string[]
  /** For a program that the API server calls, and for others. */
  readonly flagsOf: { readonly called: readonly string[]; readonly others: readonly string[] }
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What the program says of itself while it starts. */
export type Message =
  | { readonly is: 'loaded' }
  | { readonly is: 'starting'; readonly isCalled: boolean }
  | { readonly is: 'started'; readonly program: string }

export interface ProgramProcess {
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Lets a process that has loaded the library load the program and run it. */
  begin(): void
  stop(): void
}

/** A program that does not stop when it is asked to is not worth the wait: everything in it begins anew. */
const PATIENCE = 3_000

/** Starts a process that loads the library and then waits for `begin`. What the program writes goes where this process writes. */
export function prepareProgram(options: ProgramOptions, heard: (message: Message) => void): ProgramProcess {
  const { file, flags, flagsOf, environment } = options
  const child = spawn(process.execPath, ['--import', packageFile('bin', 'dev-preload.mjs'), file, ...flags], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // In a group of its own: an interrupt at the terminal would reach it beside the request to stop, and count as the second one, which ends it at once.
    detached: true,
    env: { ...environment, KUBEWRIGHT_DEV_FLAGS: JSON.stringify(flagsOf) },
  })
  child.on('message', (message) => heard(message as Message))
  const ended = endOf(child)
  return {
    ended,
    begin() {
      if (child.connected) child.send({ is: 'begin' })
    },
    stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
      void ended.then(() => clearTimeout(timer))
    },
  }
}

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? signal ?? 1
}
