import { type Clock, ConnectionError, isResourceVersionTooLarge, sleep } from '@kubewright/core'
import { type Context, context } from '@opentelemetry/api'
import type { RequestObservation } from '../connection.ts'
import type { ClusterIdentity, Credentials } from '../identity/identity.ts'
import { type AttemptOutcome, type Streaming, send } from './attempt.ts'
import type { ByteStream } from './byte-stream.ts'
import { createCallTracer } from './call-span.ts'
import { codeOf, connectionError, isCertificateProblem } from './connection-failure.ts'
import { createConnectionPools } from './connection-pools.ts'
import { apiErrorOf, excerpt } from './failed-answer.ts'
import { createRateLimiter, type RateLimit } from './rate-limiter.ts'
import { type Answer, type ApiRequest, describeRequest, firstHeader, isRepeatable, targetOf } from './request.ts'
import { decide, type Outcome, parseRetryAfter } from './retry-policy.ts'
import { LastServerDate, type ServerDate } from './server-date.ts'
import { warningsOf } from './warning-header.ts'

export interface TransportOptions {
  readonly userAgent: string
  readonly connections: number
  readonly timeout: number
  readonly clock: Clock
  readonly random: () => number
  readonly limit: RateLimit | undefined
  readonly observe: ((observation: RequestObservation) => void) | undefined
  readonly onWarning: ((text: string) => void) | undefined
}

export interface OpenOptions extends Pick<Streaming, 'onBytes'> {
  /**
   * `pooled`: for a long answer that ends by itself. It takes a connection as any request does and is tried again as any, until its head has come.
   * `lent`: the same, from a pool without a limit: its reader may stop in the middle and make requests, which would wait for ever for a connection
   * when as many readers hold them all.
   * @default 'own': for an endless one, on a connection of its own
   */
  readonly connection?: 'own' | 'pooled' | 'lent'
}

/** The head of a 2xx answer, and its body as it comes. */
export interface StreamedAnswer {
  readonly code: number
  readonly headers: Answer['headers']
  readonly stream: ByteStream
}

/** Carries requests to one API server as one identity. */
export interface Transport {
  /** @throws ApiError for an answer of 400 or more, ConnectionError when none came, after the retries that the policy allows */
  send(request: ApiRequest): Promise<Answer>
  /** Opens an answer to read as it comes. An endless one is not retried but for a 401: when to try again is its reader's business. @throws as `send` */
  open(request: ApiRequest, options?: OpenOptions): Promise<StreamedAnswer>
  /** What the server said last about its own time. */
  serverDate(): ServerDate | undefined
  close(): Promise<void>
}

export function createTransport(identity: ClusterIdentity, options: TransportOptions): Transport {
  const { clock, random, observe, limit } = options
  const url = new URL(identity.server)
  const prefix = url.pathname.replace(/\/+$/, '')
  const lookups: number[] = []
  const pools = createConnectionPools({
    server: identity.server,
    proxy: identity.proxy,
    connections: options.connections,
    clock,
    onLookup: observe && ((seconds) => lookups.push(seconds)),
  })
  const tracer = createCallTracer(url)
  const limiter = limit && createRateLimiter(limit, clock)
  const closing = new AbortController()
  const serverDate = new LastServerDate()
  /** For waits that nobody but their caller and `close` ends. */
  const untilClosed = (signal: AbortSignal | undefined) => (signal ? AbortSignal.any([signal, closing.signal]) : closing.signal)

  const attempt = async (request: ApiRequest, made: Attempted, streaming?: OpenOptions): Promise<AttemptOutcome> => {
    const { credentials, number, waited } = made
    const connections = pools.for({
      ca: made.ca,
      cert: credentials.certificate?.cert,
      key: credentials.certificate?.key,
      serverName: identity.tls.serverName,
      skipVerify: identity.tls.skipVerify,
    })
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const headers = headersOf(request, credentials, options.userAgent, body !== undefined)
    const span = tracer.start(request, prefix + request.path, number, made.context)
    span.inject(headers)
    const start = clock.monotonic()
    const line = streaming?.connection === 'own' ? connections.dial() : undefined
    const sending = send(
      line?.dispatcher ?? (streaming?.connection === 'lent' ? connections.lent : connections.unary),
      {
        method: request.method,
        path: prefix + targetOf(request),
        headers,
        body,
        timeout: request.timeout ?? options.timeout,
        signal: request.signal,
        beforeSend: request.beforeSend,
        clock,
      },
      streaming && { onBytes: streaming.onBytes, hangUp: line?.hangUp },
    )
    const outcome = await sending.catch((error: unknown) => {
      span.fail(error)
      throw error
    })
    span.end(outcome)
    const dnsSeconds = lookups.shift()
    observe?.({
      method: request.method,
      host: url.host,
      code: outcome.is === 'failure' ? '<error>' : String(outcome.code),
      seconds: (clock.monotonic() - start) / 1000,
      verb: request.verb,
      attempt: number,
      requestBytes: body === undefined ? 0 : Buffer.byteLength(body),
      ...(outcome.is === 'answer' && { responseBytes: outcome.body.length }),
      ...(dnsSeconds !== undefined && { dnsSeconds }),
      ...(waited !== undefined && { rateLimiterSeconds: waited / 1000 }),
    })
    if (outcome.is !== 'failure') serverDate.saw(firstHeader(outcome.headers, 'date'), clock.monotonic())
    if (outcome.is !== 'failure' && options.onWarning) warningsOf(outcome.headers['warning']).forEach(options.onWarning)
    // The bundle may have been replaced since the last look at its file.
    if (outcome.is === 'failure' && isCertificateProblem(codeOf(outcome.error))) identity.tls.ca?.invalidate()
    return outcome
  }

  const exchange = async (request: ApiRequest, streaming?: OpenOptions) => {
    request.signal?.throwIfAborted()
    const callContext = context.active()
    const endless = streaming?.connection === 'own'
    let renewed = false
    for (let attempts = 1; ; attempts++) {
      const waited = endless ? undefined : await limiter?.turn(untilClosed(request.signal))
      const ca = await identity.tls.ca?.read()
      // Last, so that nothing is older than it need be when it is sent, and a rotated certificate goes with the token of its time.
      const credentials = await identity.credentials.current(request.signal)
      const outcome = await attempt(request, { number: attempts, context: callContext, ca, credentials, waited }, streaming)
      const decision =
        outcome.is === 'stream' ? FINISH : decide(isRepeatable(request), judged(outcome, clock.now()), { attempts, renewed }, random)
      if (decision.do === 'renew' && identity.credentials.renew(credentials)) {
        renewed = true
        continue
      }
      if (decision.do === 'retry' && !endless && request.retry !== false) {
        await sleep(decision.afterMs, { clock, signal: untilClosed(request.signal) })
        continue
      }
      if (outcome.is === 'failure') throw connectionError(outcome.error, describeRequest(request), identity)
      if (outcome.code >= 400) throw apiErrorOf(outcome as Answer, describeRequest(request), clock.now())
      return outcome
    }
  }

  return {
    async send(request) {
      const outcome = await exchange(request)
      if (outcome.is === 'stream') throw new Error('a request without streaming was answered with a stream')
      return outcome
    },
    async open(request, { connection = 'own', onBytes } = {}) {
      const outcome = await exchange(request, { connection, onBytes })
      if (outcome.is === 'stream') return outcome
      throw new ConnectionError(
        `${describeRequest(request)}: ${identity.server} answered HTTP ${outcome.code} (${excerpt(outcome)}) where a stream was expected`,
      )
    },
    serverDate: () => serverDate.last,
    async close() {
      closing.abort(new ConnectionError(`no request to ${identity.server} any more: the client is closed`, { code: 'CLIENT_CLOSED' }))
      identity.credentials.close()
      await pools.close()
    },
  }
}

/** What an attempt is made with. */
interface Attempted {
  /** 1 for the first. */
  readonly number: number
  readonly context: Context
  readonly ca: string | undefined
  readonly credentials: Credentials
  /** Milliseconds that the limit held it back; absent without a limit. */
  readonly waited: number | undefined
}

const FINISH = { do: 'finish' } as const

function judged(outcome: Exclude<AttemptOutcome, { is: 'stream' }>, now: number): Outcome {
  if (outcome.is === 'failure') return { is: 'failure', code: codeOf(outcome.error), sent: outcome.sent }
  const { code } = outcome
  if (code < 400) return { is: 'answer', code, retryAfterSeconds: undefined, tooLargeResourceVersion: false }
  const error = apiErrorOf(outcome, '', now)
  return {
    is: 'answer',
    code,
    retryAfterSeconds: parseRetryAfter(firstHeader(outcome.headers, 'retry-after'), now) ?? error.retryAfterSeconds,
    tooLargeResourceVersion: isResourceVersionTooLarge(error),
  }
}

function headersOf(request: ApiRequest, credentials: Credentials, userAgent: string, hasBody: boolean): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    accept: request.accept ?? 'application/json',
    'user-agent': userAgent,
  }
  if (credentials.authorization !== undefined) headers['authorization'] = credentials.authorization
  if (hasBody) headers['content-type'] = request.contentType ?? 'application/json'
  // undici writes an array as one header line each, which Impersonate-Group needs (client-node #2474 joined them).
  for (const [name, value] of Object.entries(request.headers ?? {}))
    headers[name.toLowerCase()] = typeof value === 'string' ? value : [...value]
  return headers
}

/** The JSON of an answer. @throws ConnectionError when it is none: a login page, a proxy in between, a body cut short */
export function jsonOf<T>(answer: Answer, request: string): T {
  try {
    return JSON.parse(answer.body.toString('utf8')) as T
  } catch (error) {
    const type = firstHeader(answer.headers, 'content-type') ?? ''
    // What calls itself JSON came from the server, and half a Secret is a secret: only strangers are quoted.
    const what = type.includes('json') ? `${answer.body.length} bytes of broken JSON` : `"${excerpt(answer)}" where JSON was expected`
    throw new ConnectionError(`${request}: HTTP ${answer.code} with ${what}: is the address that of an API server?`, {
      cause: type.includes('json') ? undefined : error,
      code: 'NOT_JSON',
    })
  }
}
