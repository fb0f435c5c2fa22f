import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { ClusterConnection } from 'kubewright'
import type { Cached } from './cached.ts'
import type { Sample } from './sample.ts'

export interface ProgramArgument {
  readonly connection: ClusterConnection
  /** Flags of `kubewright run`, by key. */
  readonly settings: Readonly<Record<string, string>>
  /** Plants a leak. */
  readonly isLeaking: boolean
}

export type Question = 'sample' | 'cached'
export type Answer = { readonly ready: true } | { readonly sample: Sample } | { readonly cached: readonly Cached[] }

/** Compiling all operators and the AWS SDK on a busy machine, in ms. */
const START = 120_000
/** Garbage collections of a busy machine, in ms. */
const REPLY = 120_000
/** A manager gives its runnables 30 s to end. */
const STOP = 40_000

/** The process that is measured. One question at a time. */
export class OperatorsProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<never>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the operators have ended by themselves, with ${signal ?? `code ${code}`}: their log says why`)
    })
    // Whoever asks next is told.
    this.#ended.catch(() => undefined)
  }

  /** Its log goes into the folder. @throws Error when it does not get ready */
  static async start(argument: ProgramArgument, folder: string): Promise<OperatorsProcess> {
    const child = fork(join(import.meta.dirname, 'operators-program.ts'), [JSON.stringify(argument)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child.stderr!.pipe(createWriteStream(join(folder, 'operators.log')))
    const operators = new OperatorsProcess(child)
    try {
      await operators.#told(START)
      return operators
    } catch (error) {
      operators.kill()
      throw error
    }
  }

  async sample(): Promise<Sample> {
    const answer = await this.#ask('sample')
    if (!('sample' in answer)) throw new Error('the operators have answered another question')
    return answer.sample
  }

  async cached(): Promise<readonly Cached[]> {
    const answer = await this.#ask('cached')
    if (!('cached' in answer)) throw new Error('the operators have answered another question')
    return answer.cached
  }

  /** Tells it to end. @returns what was wrong with how it did; `undefined`: nothing */
  async stop(): Promise<string | undefined> {
    const exited = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOP) })
    this.#child.kill('SIGTERM')
    try {
      const [code, signal] = (await exited) as [number | null, string | null]
      return code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`
    } catch {
      return `not ended ${STOP / 1_000} s after SIGTERM`
    }
  }

  /** Ends it however it may be. Idempotent. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(question: Question): Promise<Answer> {
    const told = this.#told(REPLY)
    this.#child.send(question)
    return told
  }

  async #told(within: number): Promise<Answer> {
    const timeout = AbortSignal.timeout(within)
    try {
      const message = once(this.#child, 'message', { signal: timeout })
      const [answer] = (await Promise.race([message, this.#ended])) as [Answer]
      return answer
    } catch (error) {
      if (!timeout.aborted) throw error
      throw new Error(`the operators have not answered within ${within / 1_000} s`, { cause: error })
    }
  }
}
