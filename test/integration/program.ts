// The built program, as a user runs it.
import { spawn } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type EventuallyOptions, eventually } from '@kubewright/testing'
import { test as base } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const entry = join(root, 'packages', 'cli', 'bin', 'kubewright.mjs')

export interface Program {
  readonly pid: number
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): void
  /** Waits for a line on either stream, and returns its match. @throws Error with everything that was said, when it does not come or the program ends. */
  says(pattern: RegExp, options?: EventuallyOptions): Promise<RegExpExecArray>
}

/** Tests with `kubewright(ARGS…)`, which starts the program; the end of the test is the end of it. */
export const test = base.extend<{ kubewright: typeof start }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
  async kubewright({}, use) {
    const programs: Program[] = []
    await use((...args) => {
      const program = start(...args)
      programs.push(program)
      return program
    })
    for (const program of programs) program.kill('SIGKILL')
    await Promise.all(programs.map(({ ended }) => ended))
  },
})

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** Where it is started. @default the repository */
  readonly cwd?: string
  /** A user's program instead of the command, from `programs/` on. */
  readonly file?: string
}

function start(args: readonly string[], options: ProgramOptions = {}): Program {
  const { KUBECONFIG: _, ...inherited } = process.env
  const child = spawn(
    process.execPath,
    [options.file === undefined ? entry : resolve(import.meta.dirname, 'programs', options.file), ...args],
    {
      cwd: options.cwd ?? root,
      env: { ...inherited, NO_COLOR: '1', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  child.stdin.end(options.input ?? '')
  const stdout: string[] = []
  const stderr: string[] = []
  createInterface(child.stdout).on('line', (line) => stdout.push(line))
  createInterface(child.stderr).on('line', (line) => stderr.push(line))
  let end: number | NodeJS.Signals | undefined
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      end = code ?? signal ?? 1
      resolve(end)
    })
  })
  const transcript = () =>
    `kubewright ${args.join(' ')}${end === undefined ? '' : ` (ended with ${end})`}:\n${[...stdout, ...stderr].slice(-40).join('\n')}`
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    ended,
    kill: (signal) => void child.kill(signal),
    says: (pattern, wait) => {
      const given = new AbortController()
      return eventually(
        () => {
          for (const line of [...stdout, ...stderr]) {
            const match = pattern.exec(line)
            if (match) return match
          }
          const error = new Error(`no line matches ${pattern}\n${transcript()}`)
          if (end !== undefined) given.abort(error)
          throw error
        },
        { timeout: 60_000, ...wait, signal: given.signal },
      )
    },
  }
}

/** For what several tests look at: whoever starts it stops it. */
export { start as startProgram }

/** Runs it to its end. */
export async function run(
  args: readonly string[],
  options: Omit<ProgramOptions, 'file'> = {},
): Promise<{ readonly code: number | NodeJS.Signals; readonly stdout: string; readonly stderr: string }> {
  const program = start(args, options)
  const code = await program.ended
  return { code, stdout: program.stdout.join('\n'), stderr: program.stderr.join('\n') }
}
