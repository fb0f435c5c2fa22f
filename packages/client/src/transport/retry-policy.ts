/** What one attempt came to, as far as the decision to try again needs to know. */
export type Outcome =
  | {
      readonly is: 'answer'
      readonly code: number
      readonly retryAfterSeconds: number | undefined
      /** The server has not seen the asked resource version yet. Its caller (the reflector) answers that with a fresh read, at once. */
      readonly tooLargeResourceVersion: boolean
    }
  | {
      readonly is: 'failure'
      /** The socket's code. */
      readonly code: string
      /** Whether the server may have got the request. */
      readonly sent: boolean
    }

export interface History {
  /** Attempts so far, this one included. */
  readonly attempts: number
  /** Credentials were renewed for this request before. */
  readonly renewed: boolean
}

export type Decision = { readonly do: 'finish' } | { readonly do: 'renew' } | { readonly do: 'retry'; readonly afterMs: number }

/** client-go's limit for requests that the server puts off. */
const MOST_ATTEMPTS = 10
/** A server that is away is away for seconds: a few quick tries cover a restarting load balancer, more would only delay the message. */
const MOST_CONNECTION_ATTEMPTS = 4
/** Longer than this nobody waits inside a call: the caller gets the error, which carries the wish. */
const LONGEST_RETRY_AFTER_SECONDS = 30
const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 5_000

/** Socket errors that a moment may cure. A name that does not exist or a certificate that does not fit stays so. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
])

/**
 * Whether to send a request again.
 *
 * - 429: the server did nothing, so any request may come again; `Retry-After` is honoured.
 * - 503 with `Retry-After`: the same. Without it, and 500 or 504 with or without: it may have been done, so only what may be done twice comes again.
 * - No connection: any request, as nothing was sent. Connection lost on the way: only what may be done twice. A POST of unknown fate is never repeated.
 * - 401: once, if there may be better credentials.
 */
export function decide(repeatable: boolean, outcome: Outcome, history: History, random: () => number): Decision {
  if (outcome.is === 'failure') {
    const again = maybeOver(repeatable, outcome) && history.attempts < MOST_CONNECTION_ATTEMPTS
    return again ? { do: 'retry', afterMs: backoff(history.attempts, random) } : { do: 'finish' }
  }
  if (outcome.code === 401 && !history.renewed) return { do: 'renew' }
  if (!mayComeAgain(repeatable, outcome) || history.attempts >= MOST_ATTEMPTS) return { do: 'finish' }
  if (outcome.retryAfterSeconds === undefined) return { do: 'retry', afterMs: backoff(history.attempts, random) }
  if (outcome.retryAfterSeconds > LONGEST_RETRY_AFTER_SECONDS) return { do: 'finish' }
  // All clients that were refused in the same second are told the same number: a tenth of jitter spreads them.
  return { do: 'retry', afterMs: outcome.retryAfterSeconds * (1000 + 100 * random()) }
}

function maybeOver(repeatable: boolean, { code, sent }: Outcome & { is: 'failure' }): boolean {
  // A connection that was not made in time may be made the next time. An answer that did not come in time has had its time.
  return sent ? repeatable && PASSING.has(code) : PASSING.has(code) || code === 'ETIMEDOUT'
}

function mayComeAgain(repeatable: boolean, outcome: Outcome & { is: 'answer' }): boolean {
  switch (outcome.code) {
    case 429:
      return true
    case 503:
      return repeatable || outcome.retryAfterSeconds !== undefined
    case 504:
      return repeatable && !outcome.tooLargeResourceVersion
    case 500:
      // ServerTimeout: "the operation could not be completed, please try again", with the seconds to wait.
      return repeatable && outcome.retryAfterSeconds !== undefined
    default:
      return false
  }
}

function backoff(attempts: number, random: () => number): number {
  const full = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1))
  return full * (0.5 + 0.5 * random())
}

/** The `Retry-After` header in seconds: a number or an HTTP date. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
