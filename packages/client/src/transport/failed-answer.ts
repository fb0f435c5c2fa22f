import { ApiError, type Status } from '@kubewright/core'
import { type Answer, firstHeader } from './request.ts'
import { parseRetryAfter } from './retry-policy.ts'

/** Of a body that is no Status, this much helps to see where it came from. */
const EXCERPT = 200

/** The Status of an answer of 400 or more; a made-up one when the answer came from a proxy or was empty. */
export function statusOf(answer: Answer): Status & { readonly code: number } {
  const parsed = parseJson(answer.body)
  if (isStatus(parsed)) return { ...parsed, code: parsed.code ?? answer.code }
  const text = excerpt(answer)
  return {
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code: answer.code,
    ...(REASONS[answer.code] !== undefined && { reason: REASONS[answer.code]! }),
    message: `HTTP ${answer.code}${text ? `, answered with: ${text}` : ', with an empty answer'}${mend(answer)}`,
  }
}

export function apiErrorOf(answer: Answer, request: string, now: number): ApiError {
  const retryAfterSeconds = parseRetryAfter(firstHeader(answer.headers, 'retry-after'), now)
  return new ApiError(statusOf(answer), { request, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) })
}

/** What the API server would have said; guards like isNotFound decide by code, programs that print decide by reason. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as Status).kind === 'Status'
}

/** The readable words of a body: markup removed, one line, short. */
export function excerpt(answer: Answer): string {
  const text = answer.body
    .subarray(0, 20 * EXCERPT)
    .toString('utf8')
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text
}

function mend(answer: Answer): string {
  // Go's words for plain HTTP on its TLS port.
  return answer.body.includes('HTTP request to an HTTPS server') ? ' (write https:// in the server address)' : ''
}
