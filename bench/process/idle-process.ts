import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePorts } from '@kubewright/testing'
import { sleep } from 'kubewright'
import { cpuMsOf, megabytesOf } from '../contest/proc.ts'

export interface ProgramStart {
  /** Of Node, before the program's file. */
  readonly flags: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

export interface Cost {
  /** From the start of the process until `/readyz` says yes. */
  readonly readyMs: number
  /** What of the processors it has taken until then; 10 ms more or less. Says more than the time on a machine that does other things too. */
  readonly cpuMs: number
  /** In MB, some seconds later: what is resident, and of it what is the process' own and not a page of Node's file, which the system can drop and share. */
  readonly residentMb: number
  readonly ownMb: number
}

const SETTLE_MS = 3_000
const LONGEST_START_MS = 60_000

/** Runs one program until it is ready, and a little on. @throws Error when it ends, or is not ready in a minute */
export async function costOf({ flags, environment, args }: ProgramStart): Promise<Cost> {
  const [port] = await freePorts(1)
  const probe = `http://127.0.0.1:${port}/readyz`
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [...flags, ...args, '--health-probe-bind-address', `127.0.0.1:${port}`, '--metrics-bind-address', '127.0.0.1:0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    },
  )
  let said = ''
  child.stderr.on('data', (part: Buffer) => {
    said = `${said}${part.toString()}`.slice(-2_000)
  })
  try {
    while (!(await isReady(probe))) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode} before it was ready:\n${said}`)
      if (performance.now() - began > LONGEST_START_MS) throw new Error(`${args.join(' ')} is not ready after a minute:\n${said}`)
      await sleep(2)
    }
    const readyMs = performance.now() - began
    const cpuMs = cpuMsOf(child.pid!)
    await sleep(SETTLE_MS)
    return { readyMs, cpuMs, ...memoryOf(child.pid!) }
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill()
    await ended
  }
}

const isReady = (probe: string): Promise<boolean> =>
  fetch(probe).then(
    ({ ok }) => ok,
    // Nobody listens yet.
    () => false,
  )

const memoryOf = (pid: number): { readonly residentMb: number; readonly ownMb: number } => ({
  residentMb: megabytesOf(pid, 'VmRSS'),
  ownMb: megabytesOf(pid, 'RssAnon'),
})
