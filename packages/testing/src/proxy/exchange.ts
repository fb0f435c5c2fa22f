import { type Agent, type IncomingMessage, request as plainRequest, type RequestOptions, type ServerResponse } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Clock } from '@kubewright/core'
import { bodyPointFinder, type Fault, lineEndFinder, type ProxiedRequest } from './faults.ts'

/** Where requests are forwarded to. */
export interface Upstream {
  readonly url: URL
  readonly agent: Agent
  /** Added to requests that carry no Authorization of their own. */
  readonly token: string | undefined
}

/** One request on its way through the proxy. `cut` breaks both connections at once. */
export interface Exchange {
  readonly request: ProxiedRequest
  cut(): void
}

// They concern one connection, and there are two of them here (RFC 9110 section 7.6.1).
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'host'])

/** Forwards one request, or does to it what the fault says. `onEnd` is called as soon as nothing more will happen to it. */
export function startExchange(
  upstream: Upstream,
  clock: Clock,
  incoming: IncomingMessage,
  answer: ServerResponse,
  seen: ProxiedRequest,
  fault: Fault | undefined,
  onEnd: () => void,
): Exchange {
  const aborted = new AbortController()
  answer.once('close', () => {
    aborted.abort()
    onEnd()
  })
  const cut = () => {
    onEnd()
    aborted.abort()
    answer.destroy()
    incoming.socket.destroy()
  }
  const forward = () => forwardRequest(upstream, incoming, answer, seen, fault, aborted.signal, cut)

  switch (fault?.is) {
    case 'status':
      answerItself(answer, seen, fault)
      break
    case 'latency': {
      const timer = clock.setTimer(fault.ms, forward)
      aborted.signal.addEventListener('abort', () => timer.cancel())
      break
    }
    case 'blackhole':
      incoming.resume()
      break
    case 'reset':
      incoming.socket.resetAndDestroy()
      break
    default:
      forward()
  }
  return { request: seen, cut }
}

function answerItself(answer: ServerResponse, seen: ProxiedRequest, fault: Extract<Fault, { is: 'status' }>): void {
  const { code, retryAfterSeconds } = fault
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `the fault proxy answers ${code}`, code }
  seen.status = code
  answer.writeHead(code, {
    'content-type': fault.body === undefined ? 'application/json' : 'text/html',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  })
  answer.end(fault.body ?? JSON.stringify(status))
}

function forwardRequest(
  upstream: Upstream,
  incoming: IncomingMessage,
  answer: ServerResponse,
  seen: ProxiedRequest,
  fault: Fault | undefined,
  signal: AbortSignal,
  cut: () => void,
): void {
  // What is changed by lines must come as lines.
  const headers = endToEnd(incoming.rawHeaders, isDamage(fault) ? 'accept-encoding' : undefined)
  if (upstream.token !== undefined && incoming.headers.authorization === undefined)
    headers.push('authorization', `Bearer ${upstream.token}`)
  headers.push('host', upstream.url.host)
  const options: RequestOptions = { method: incoming.method, agent: upstream.agent, headers, signal }
  const send = upstream.url.protocol === 'https:' ? tlsRequest : plainRequest
  const outgoing = send(new URL(incoming.url ?? '/', upstream.url), options)
  // A server that cannot be reached or breaks off looks to the caller like what it is: a broken connection.
  outgoing.once('error', cut)
  outgoing.once('response', (response) => {
    response.once('error', cut)
    if (fault?.is === 'lost-answer') {
      response.resume()
      response.once('end', cut)
      return
    }
    seen.status = response.statusCode
    const headers = endToEnd(response.rawHeaders, isDamage(fault) && fault.is !== 'stall' ? 'content-length' : undefined)
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, headers)
    answer.flushHeaders()
    if (!isDamage(fault)) response.pipe(answer)
    else if (fault.is === 'insert') insertLine(response, answer, fault)
    else damageBody(response, answer, fault, cut)
  })
  incoming.pipe(outgoing)
}

/** Faults that change the answer's body. */
function isDamage(fault: Fault | undefined): fault is Extract<Fault, { is: 'truncate' | 'stall' | 'insert' }> {
  return fault?.is === 'truncate' || fault?.is === 'stall' || fault?.is === 'insert'
}

/** As raw name-value pairs, because headers may repeat (Impersonate-Group). */
function endToEnd(raw: readonly string[], without?: string): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    if (HOP_BY_HOP.has(name) || name === without) continue
    kept.push(raw[i]!, raw[i + 1]!)
  }
  return kept
}

function damageBody(
  response: IncomingMessage,
  answer: ServerResponse,
  fault: Extract<Fault, { is: 'truncate' | 'stall' }>,
  cut: () => void,
): void {
  const find = bodyPointFinder(fault.after)
  response.on('data', (chunk: Buffer) => {
    const point = find(chunk)
    if (point === undefined) return void answer.write(chunk)
    response.removeAllListeners('data')
    response.resume()
    answer.write(chunk.subarray(0, point), () => {
      if (fault.is === 'stall') return
      if (fault.clean) answer.end()
      else cut()
    })
  })
  response.once('end', () => answer.end())
}

function insertLine(response: IncomingMessage, answer: ServerResponse, fault: Extract<Fault, { is: 'insert' }>): void {
  const findPlace = lineEndFinder(fault.afterLines)
  const findNext = lineEndFinder(1)
  const line = Buffer.from(`${fault.line}\n`)
  let inserted = false
  const goOn = (rest: Buffer) => {
    if (rest.length > 0) answer.write(rest)
    response.off('data', onData)
    response.pipe(answer)
  }
  const onData = (chunk: Buffer) => {
    let rest = chunk
    if (!inserted) {
      const place = findPlace(chunk)
      if (place === undefined) return void answer.write(chunk)
      answer.write(Buffer.concat([chunk.subarray(0, place), line]))
      inserted = true
      rest = chunk.subarray(place)
    }
    const next = fault.instead === true ? findNext(rest) : 0
    if (next !== undefined) goOn(rest.subarray(next))
  }
  // Before the first line there may be no chunk for long: a quiet watch must still say it.
  if (fault.afterLines === 0) {
    answer.write(line)
    inserted = true
    if (fault.instead !== true) {
      goOn(Buffer.alloc(0))
      return
    }
  }
  response.on('data', onData)
  response.once('end', () => answer.end())
}
