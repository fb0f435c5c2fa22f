/** Where in an answer's body something happens: after so many bytes, or in the middle of the line that follows so many whole lines. */
export type BodyPoint = { readonly bytes: number } | { readonly lines: number }

/** What a proxy does to a request instead of forwarding it faithfully. */
export type Fault =
  /** Answers itself; the server never sees the request. `body` replaces the Status that API machinery would send. */
  | { readonly is: 'status'; readonly code: number; readonly retryAfterSeconds?: number; readonly body?: string }
  /** Forwards after a while. */
  | { readonly is: 'latency'; readonly ms: number }
  /** Takes the request and never answers: a dead peer behind a live load balancer. */
  | { readonly is: 'blackhole' }
  /** Cuts the connection before the server has seen the request. */
  | { readonly is: 'reset' }
  /** Lets the server execute the request, then cuts the connection instead of answering. */
  | { readonly is: 'lost-answer' }
  /** Forwards a part of the answer's body; then the connection is cut, or (`clean`) the body ends as if it were whole. */
  | { readonly is: 'truncate'; readonly after: BodyPoint; readonly clean?: boolean }
  /**
   * Puts a line of its own between two whole lines of the answer's body, after so many of them, and goes on: an ERROR event in a watch, or rubbish.
   * `instead`: in the place of the line that would have followed.
   */
  | { readonly is: 'insert'; readonly afterLines: number; readonly line: string; readonly instead?: boolean }
  /** Forwards a part of the answer's body, then nothing more, with the connection left open. */
  | { readonly is: 'stall'; readonly after: BodyPoint }

/** The line of a watch that tells of an error, as API servers write it: 410 when the history is lost, 500 when their store stumbles. */
export function errorFrame(code: number, reason: string, message: string): string {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  return JSON.stringify({ type: 'ERROR', object: status })
}

/** Which requests are meant. */
export interface RequestFilter {
  readonly method?: string
  /** A part of the path, or an expression for it. */
  readonly path?: string | RegExp
  /** True: only watches. False: anything but watches. */
  readonly watch?: boolean
  readonly writes?: boolean
  /** A parameter that is in the URL, such as `sendInitialEvents`. */
  readonly parameter?: string
}

/** What a proxy has seen of one request. */
export interface ProxiedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly watch: boolean
  /** Its `Accept` header: how whole the answer is to be. */
  readonly accept: string
  /** When it came; wall clock, ms. */
  readonly at: number
  /** The status that the caller got; `undefined` while there is none, or when there never was one. */
  status: number | undefined
  /** The fault that it met. */
  fault: Fault['is'] | undefined
}

type Matched = Pick<ProxiedRequest, 'method' | 'path' | 'watch'> & { readonly query?: URLSearchParams }

export function matchesRequest(filter: RequestFilter, request: Matched): boolean {
  if (filter.method !== undefined && filter.method !== request.method) return false
  if (filter.watch !== undefined && filter.watch !== request.watch) return false
  if (filter.writes !== undefined && filter.writes !== isWrite(request.method)) return false
  if (filter.parameter !== undefined && request.query?.has(filter.parameter) !== true) return false
  if (filter.path === undefined) return true
  return typeof filter.path === 'string' ? request.path.includes(filter.path) : filter.path.test(request.path)
}

function isWrite(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** A fault in force, and how often it may still strike. */
export interface FaultRule {
  readonly fault: Fault
  readonly filter: RequestFilter
  readonly times: number
  hits: number
}

/** The first rule that fits decides, and is charged for it. */
export function chooseFault(rules: Iterable<FaultRule>, request: Matched): Fault | undefined {
  for (const rule of rules) {
    if (rule.hits >= rule.times || !matchesRequest(rule.filter, request)) continue
    rule.hits++
    return rule.fault
  }
  return undefined
}

const NEWLINE = 0x0a

/** Finds the place behind so many whole lines in a body that comes in chunks: bytes of this chunk before it; `undefined`: it is not reached. */
export function lineEndFinder(lines: number): (chunk: Uint8Array) => number | undefined {
  let left = lines
  return (chunk) => {
    let start = 0
    for (; left > 0; left--) {
      const newline = chunk.indexOf(NEWLINE, start)
      if (newline < 0) return undefined
      start = newline + 1
    }
    return start
  }
}

/** Finds a {@link BodyPoint} in a body that comes in chunks: how many bytes of this chunk lie before it; `undefined`: all, and it is not reached. */
export function bodyPointFinder(point: BodyPoint): (chunk: Uint8Array) => number | undefined {
  if ('bytes' in point) {
    let left = point.bytes
    return (chunk) => {
      if (chunk.length < left) {
        left -= chunk.length
        return undefined
      }
      return left
    }
  }
  let lines = point.lines
  return (chunk) => {
    let start = 0
    while (lines > 0) {
      const newline = chunk.indexOf(NEWLINE, start)
      if (newline < 0) return undefined
      start = newline + 1
      lines--
    }
    const end = chunk.indexOf(NEWLINE, start)
    const length = (end < 0 ? chunk.length : end) - start
    // The line may start with the next chunk: there is nothing to halve yet.
    return length === 0 ? undefined : start + Math.ceil(length / 2)
  }
}
