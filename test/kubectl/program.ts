import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Surroundings {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Milliseconds. @default 60 s: a rollout on a busy machine takes ten, and a client that waits for a silent server waits for ever */
  readonly deadline?: number
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly said: { readonly out: string; readonly err: string }
  readonly ended: Promise<Ended>
  end(): void
}

const DEADLINE = 60_000

/** Starts it. Whatever happens, it is over after the deadline, and says so with an exit code of `null`. */
export function start(executable: string, args: readonly string[], surroundings: Surroundings, input = ''): Running {
  const { folder, env, deadline = DEADLINE } = surroundings
  const child = spawn(executable, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: deadline, killSignal: 'SIGKILL' })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  // A command that does not read its input has ended before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return { said, ended: ending(child).then((code) => ({ code, ...said })), end: () => child.kill('SIGKILL') }
}

async function ending(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}
