import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { cpuMsOf, megabytesOf } from './proc.ts'

/** How a program is started. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** What it took since the start of the process. */
export interface Cost {
  readonly wallMs: number
  /** User and system time of all its threads, which the kernel counts in hundredths of a second. */
  readonly cpuMs: number
  readonly peakMb: number
}

/**
 * A contestant's program at work. It writes `synced` in a line of its own when it is ready; for a line on its standard input it writes what it has to
 * show, a line each, and ends.
 */
export interface Program extends Disposable {
  /** Resolves with what it took until it was ready. @throws Error with its last words when it does not get there */
  synced(): Promise<Cost>
  /** What it has to show; once, and it has ended then. @throws Error with its last words when it ends badly */
  shown(): Promise<readonly string[]>
}

export function startProgram(name: string, { command, args, env = {} }: Launch, longestMs: number): Program {
  const began = performance.now()
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const ended = endOf(child, name)
  // Whoever waits for a line hears of it.
  ended.catch(() => {})
  const overdue = setTimeout(() => child.kill('SIGKILL'), longestMs)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async synced() {
      for (let line = await lines.next(); line.value !== 'synced'; line = await lines.next()) {
        if (!line.done) continue
        await ended
        throw new Error(`${name} ended before it was synced`)
      }
      return { wallMs: performance.now() - began, cpuMs: cpuMsOf(child.pid!), peakMb: megabytesOf(child.pid!, 'VmHWM') }
    },
    async shown() {
      child.stdin.end('\n')
      const shown: string[] = []
      for (let line = await lines.next(); !line.done; line = await lines.next()) shown.push(line.value)
      await ended
      return shown
    },
    [Symbol.dispose]() {
      clearTimeout(overdue)
      child.kill('SIGKILL')
    },
  }
}

function endOf(child: ChildProcess, name: string): Promise<void> {
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${name} could not be started: ${cause.message}`, { cause })))
    child.once('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code ?? signal}:\n${said}`))))
  })
}
