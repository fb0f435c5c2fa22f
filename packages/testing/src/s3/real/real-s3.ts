import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../eventually.ts'
import { LOOPBACK } from '../../process/free-port.ts'
import { type ServerProcess, startServerProcess } from '../../process/server-process.ts'
import { startWatchdog } from '../../process/watchdog.ts'
import type { Credentials } from '../directory.ts'

/** A foreign S3 server with IAM, as processes of their own over an empty folder. */
export interface RealS3 extends AsyncDisposable {
  readonly address: string
  /** Of IAM and STS. */
  readonly iamAddress: string
  readonly region: string
  /** Of one who may do everything. */
  readonly credentials: Credentials
  stop(): Promise<void>
}

/** Milliseconds a server that was asked to stop has for it. */
const GRACE = 5000
/** Milliseconds until the slowest of them answers on a busy machine. */
const START = 60_000

/** The processes of one server, and their folder. */
export class Site {
  readonly folder: string
  readonly #watchdog
  readonly #started: ServerProcess[] = []

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `kubewright-${name}-`))
    this.#watchdog = startWatchdog(this.folder)
  }

  makeFolder(name: string): string {
    const folder = join(this.folder, name)
    mkdirSync(folder)
    return folder
  }

  /** Starts a program and waits until `probe` answers with `ready`. @throws Error with its last words when it ends before */
  async run(name: string, executable: string, args: readonly string[], probe: string, ready = 200): Promise<void> {
    const server = await startServerProcess({
      name,
      executable,
      args,
      cwd: this.folder,
      logFile: join(this.folder, `${name}.log`),
      watchdog: this.#watchdog,
    })
    this.#started.push(server)
    const ended = new AbortController()
    const over = server.exited.then((how) => ended.abort(new Error(`${how}: ${server.lastWords()}`)))
    const answers = eventually(
      async () => {
        const { status } = await fetch(probe)
        if (status !== ready) throw new Error(`${name} answers ${status}`)
      },
      { timeout: START, signal: ended.signal },
    )
    await Promise.race([answers, over.then(() => ended.signal.throwIfAborted())])
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((each) => each.stop(GRACE)))
    await this.#watchdog.dismiss()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** What it is for its users, once `start` is over; nothing is left of it when that fails. */
  async serve(start: () => Promise<Omit<RealS3, 'region' | 'stop' | typeof Symbol.asyncDispose>>): Promise<RealS3> {
    try {
      const served = await start()
      const stop = () => this.stop()
      return { ...served, region: 'us-east-1', stop, [Symbol.asyncDispose]: stop }
    } catch (error) {
      await this.stop()
      throw error
    }
  }
}

export const at = (port: number) => `http://${LOOPBACK}:${port}`
