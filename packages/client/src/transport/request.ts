export type HeaderValue = string | readonly string[]
export type Headers = Readonly<Record<string, HeaderValue>>
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** One API request, before anyone is authenticated and anything is sent. */
export interface ApiRequest {
  /** get, list, watch, create, update, patch, delete, deletecollection: for metrics. */
  readonly verb: string
  readonly method: string
  /** Starts with `/`, no query; encoded. */
  readonly path: string
  readonly query?: Query
  readonly headers?: Headers
  /** Sent as JSON. */
  readonly body?: unknown
  /** @default application/json */
  readonly contentType?: string
  /** @default application/json */
  readonly accept?: string
  /** Whether sending it twice does no more than sending it once, so that it may be repeated when its fate is unknown. @default true for GET and HEAD */
  readonly repeatable?: boolean
  /** `false`: its caller decides about every repetition but the one after a 401. @default true */
  readonly retry?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called in the moment in which an attempt goes out; what it throws is the answer. */
  readonly beforeSend?: (() => void) | undefined
  /** Milliseconds for one attempt. */
  readonly timeout?: number | undefined
}

export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** `GET /api/v1/namespaces/default/configmaps/settings`, for messages: no query, which may hold what a person typed as a selector. */
export function describeRequest(request: Pick<ApiRequest, 'method' | 'path'>): string {
  return `${request.method} ${request.path}`
}

export function isRepeatable(request: ApiRequest): boolean {
  return request.repeatable ?? (request.method === 'GET' || request.method === 'HEAD')
}

/** Path and query; what is undefined is left out. */
export function targetOf(request: Pick<ApiRequest, 'path' | 'query'>): string {
  const pairs = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  if (pairs.length === 0) return request.path
  return `${request.path}?${pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&')}`
}

export function firstHeader(headers: Answer['headers'], name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
