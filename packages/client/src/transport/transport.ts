import { type Clock, ConnectionError, isResourceVersionTooLarge, sleep } from '@kubewright/core'
import type { Observation } from '../connection.ts'
import type { ClusterIdentity, Credentials } from '../identity/identity.ts'
import { type AttemptOutcome, type Streaming, send } from './attempt.ts'
import type { ByteStream } from './byte-stream.ts'
import { codeOf, connectionError, isCertificateProblem } from './connection-failure.ts'
import { createConnectionPools } from './connection-pools.ts'
import { apiErrorOf, excerpt } from './failed-answer.ts'
import { type Answer, type ApiRequest, describeRequest, firstHeader, isRepeatable, targetOf } from './request.ts'
import { decide, type Outcome, parseRetryAfter } from './retry-policy.ts'
import { warningsOf } from './warning-header.ts'

export interface TransportOptions {
  readonly userAgent: string
  readonly connections: number
  readonly timeout: number
  readonly clock: Clock
  readonly random: () => number
  readonly observe: ((observation: Observation) => void) | undefined
  readonly onWarning: ((text: string) => void) | undefined
}

export type OpenOptions = Pick<Streaming, 'onBytes'>

/** Carries requests to one API server as one identity. */
export interface Transport {
  /** @throws ApiError for an answer of 400 or more, ConnectionError when none came, after the retries that the policy allows */
  send(request: ApiRequest): Promise<Answer>
  /** Opens an endless answer. No retries but for a 401: when to try again is its reader's business. @throws as `send` */
  open(request: ApiRequest, options?: OpenOptions): Promise<ByteStream>
  close(): Promise<void>
}

export function createTransport(identity: ClusterIdentity, options: TransportOptions): Transport {
  const { clock, random } = options
  const { host, pathname } = new URL(identity.server)
  const prefix = pathname.replace(/\/+$/, '')
  const pools = createConnectionPools(identity.server, identity.proxy, options.connections)

  const attempt = async (request: ApiRequest, credentials: Credentials, streaming?: OpenOptions): Promise<AttemptOutcome> => {
    const ca = await identity.tls.ca?.read()
    const connections = pools.for({
      ca,
      cert: credentials.certificate?.cert,
      key: credentials.certificate?.key,
      serverName: identity.tls.serverName,
      skipVerify: identity.tls.skipVerify,
    })
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const start = clock.monotonic()
    const line = streaming && connections.dial()
    const outcome = await send(
      line?.dispatcher ?? connections.unary,
      {
        method: request.method,
        path: prefix + targetOf(request),
        headers: headersOf(request, credentials, options.userAgent, body !== undefined),
        body,
        timeout: request.timeout ?? options.timeout,
        signal: request.signal,
        clock,
      },
      line && { onBytes: streaming?.onBytes, hangUp: line.hangUp },
    )
    options.observe?.({
      method: request.method,
      host,
      code: outcome.is === 'failure' ? '<error>' : String(outcome.code),
      seconds: (clock.monotonic() - start) / 1000,
      verb: request.verb,
    })
    if (outcome.is !== 'failure' && options.onWarning) warningsOf(outcome.headers['warning']).forEach(options.onWarning)
    // The bundle may have been replaced since the last look at its file.
    if (outcome.is === 'failure' && isCertificateProblem(codeOf(outcome.error))) identity.tls.ca?.invalidate()
    return outcome
  }

  const exchange = async (request: ApiRequest, streaming?: OpenOptions) => {
    request.signal?.throwIfAborted()
    let renewed = false
    for (let attempts = 1; ; attempts++) {
      const credentials = await identity.credentials.current(request.signal)
      const outcome = await attempt(request, credentials, streaming)
      const decision =
        outcome.is === 'stream' ? FINISH : decide(isRepeatable(request), judged(outcome, clock.now()), { attempts, renewed }, random)
      if (decision.do === 'renew' && identity.credentials.renew(credentials)) {
        renewed = true
        continue
      }
      if (decision.do === 'retry' && streaming === undefined && request.retry !== false) {
        await sleep(decision.afterMs, { clock, signal: request.signal })
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
    async open(request, streaming = {}) {
      const outcome = await exchange(request, streaming)
      if (outcome.is === 'stream') return outcome.stream
      throw new ConnectionError(
        `${describeRequest(request)}: ${identity.server} answered HTTP ${outcome.code} (${excerpt(outcome)}) where a stream was expected`,
      )
    },
    close: () => pools.close(),
  }
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
