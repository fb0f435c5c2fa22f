import { Readable } from 'node:stream'
import { type Clock, sleep } from 'kubewright'
import { failureOf, isRemoteFailure, RemoteFailure } from './failure.ts'
import type { Pace } from './pace.ts'
import { checkRequest, type Intent, type OutgoingRequest } from './request-guard.ts'
import { isAnswerOf, type Subresource } from './subresource.ts'

export interface CallerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly pace: Pace
  readonly maxAttempts: number
  readonly backoffStrategy: 'exponential' | 'linear'
  /** For one attempt, in ms. */
  readonly timeout: number
  /** Called right before each write. @throws when this replica must not write */
  readonly assertLeader: () => void
  readonly hide: (text: string) => string
  /** Called when a call begins; what it returns, when it ends. */
  readonly hold: () => () => void
  /** Counts an attempt. */
  readonly observe: (operation: string, outcome: string, seconds: number) => void
}

export interface Call {
  /** The name of the operation, such as PutBucketTagging. */
  readonly operation: string
  /** `undefined`: not of S3, where one URL does one thing. */
  readonly intent?: Intent
  /** The answer must be that of this setting. */
  readonly expects?: Subresource
  /** Is given the answer as it came. Only with `expects`. */
  readonly saw?: (body: string) => void
  /** Whether it may be sent again when no answer came. @default true; a key that is created twice is two keys */
  readonly repeatable?: boolean
  readonly writes: boolean
}

/** Gives a command of the SDK the guard. */
export type Guarded = <C extends object>(command: C) => C

/** After so long an account that was locked out may be tried. Wasabi: "wait 5 minutes". */
const LOCKOUT = 300_000
/** Credentials that were refused are not tried again before, unless they change. */
const REFUSED = 300_000

const FIRST_DELAY = 500
const LONGEST_DELAY = 20_000

/** Everything that goes to one service of one provider goes through here: guarded, spaced, timed, tried again where that is safe. */
export class Caller {
  readonly #options: CallerOptions
  #closed: { readonly until: number; readonly because: RemoteFailure } | undefined

  constructor(options: CallerOptions) {
    this.#options = options
  }

  /**
   * @throws RemoteFailure for what the server says, and for what does not reach it; GuardError for what must not be sent; the signal's reason
   */
  async call<R>(call: Call, signal: AbortSignal, send: (guarded: Guarded, signal: AbortSignal) => Promise<R>): Promise<R> {
    const release = this.#options.hold()
    try {
      return await this.#untilAnswered(call, signal, send)
    } finally {
      release()
    }
  }

  async #untilAnswered<R>(call: Call, signal: AbortSignal, send: (guarded: Guarded, signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, maxAttempts, pace } = this.#options
    for (let attempt = 1; ; attempt++) {
      this.#throwIfClosed()
      await pace.take(signal)
      try {
        return await this.#attempt(call, signal, send)
      } catch (error) {
        signal.throwIfAborted()
        if (isRemoteFailure(error)) this.#learn(error)
        const again = isRemoteFailure(error, 'Throttled') || (isRemoteFailure(error, 'Transient') && call.repeatable !== false)
        if (!again || attempt >= maxAttempts) throw error
        await sleep(this.#delay(attempt), { clock, signal })
      }
    }
  }

  async #attempt<R>(call: Call, signal: AbortSignal, send: (guarded: Guarded, signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, timeout, hide, observe, assertLeader } = this.#options
    const deadline = new AbortController()
    const timer = clock.setTimer(timeout, () => deadline.abort())
    const begin = clock.monotonic()
    const done = (outcome: string) => observe(call.operation, outcome, (clock.monotonic() - begin) / 1000)
    try {
      if (call.writes) assertLeader()
      const result = await send((command) => guarded(command, call), AbortSignal.any([signal, deadline.signal]))
      done('success')
      return result
    } catch (error) {
      done(outcomeOf(failureOf(call.operation, error, hide)))
      signal.throwIfAborted()
      if (deadline.signal.aborted)
        throw new RemoteFailure(call.operation, { is: 'Transient', code: 'Timeout', status: 0, message: `no answer within ${timeout} ms` })
      throw failureOf(call.operation, error, hide)
    } finally {
      timer.cancel()
    }
  }

  #throwIfClosed(): void {
    if (this.#closed === undefined) return
    if (this.#options.clock.monotonic() < this.#closed.until) throw this.#closed.because
    this.#closed = undefined
  }

  #learn(failure: RemoteFailure): void {
    const now = this.#options.clock.monotonic()
    if (failure.is === 'Throttled') this.#options.pace.slowDown()
    if (failure.is === 'LockedOut') this.#closed = { until: now + LOCKOUT, because: failure }
    if (failure.is === 'Unauthenticated') this.#closed = { until: now + REFUSED, because: failure }
  }

  #delay(attempt: number): number {
    const { backoffStrategy, random } = this.#options
    const plain = backoffStrategy === 'linear' ? FIRST_DELAY * attempt : FIRST_DELAY * 2 ** (attempt - 1)
    return Math.min(LONGEST_DELAY, plain) * (0.5 + random() / 2)
  }
}

interface HttpAnswer {
  readonly statusCode: number
  body: unknown
}

type Next = (args: { readonly request: OutgoingRequest }) => Promise<{ readonly response: HttpAnswer }>

/** The innermost step of the SDK: what is seen here is what goes over the wire, and what came. */
function guarded<C extends object>(command: C, { intent, expects, operation, saw }: Call): C {
  const stack = (command as { readonly middlewareStack: { add(middleware: (next: Next) => Next, options: object): void } }).middlewareStack
  stack.add(
    (next) => async (args) => {
      if (intent !== undefined) checkRequest(args.request, intent)
      const answer = await next(args)
      if (expects === undefined || answer.response.statusCode !== 200) return answer
      const body = await textOf(answer.response.body)
      if (!isAnswerOf(expects, body))
        throw new RemoteFailure(operation, {
          is: 'Unsupported',
          code: 'NotImplemented',
          status: 200,
          message: 'the server answered with something else',
        })
      saw?.(body)
      answer.response.body = Readable.from([Buffer.from(body)])
      return answer
    },
    { step: 'deserialize', priority: 'low', name: 'kubewrightGuard' },
  )
  return command
}

async function textOf(body: unknown): Promise<string> {
  if (!(body instanceof Readable)) return ''
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString()
}

const outcomeOf = (error: unknown): string => (isRemoteFailure(error) ? error.is : 'error')
