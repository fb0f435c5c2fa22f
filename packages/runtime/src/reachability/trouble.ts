import { isApiError, isConnectionError, isResourceVersionTooLarge, isTooManyRequests } from '@kubewright/core'

/** What a failed request says about the server as a whole. `no answer`: nothing came; `unwell`: it answered with its own trouble (5xx). */
export type Trouble = 'no answer' | 'unwell'

/** Connections that worked, and brought what no API server sends. */
const NOT_ABSENCE = new Set(['MALFORMED_FRAME', 'NOT_JSON'])

export function troubleOf(error: unknown): Trouble | undefined {
  if (isConnectionError(error)) return NOT_ABSENCE.has(error.code) ? undefined : 'no answer'
  return isApiError(error) && error.code >= 500 && !isResourceVersionTooLarge(error) ? 'unwell' : undefined
}

/** Whether a request failed because of the API server and not because of what was asked: no answer came, or a 5xx. The same again may succeed later. */
export function isServerTrouble(error: unknown): boolean {
  return troubleOf(error) !== undefined
}

/** What asking the server how it is has come to. `unknown`: it answered, but does not tell us. */
export type Verdict = 'ready' | 'unready' | 'unknown' | 'silent'

export function verdictOf(error: unknown): Verdict {
  // It has so much to do that it puts us off: it is there.
  if (isTooManyRequests(error)) return 'ready'
  const trouble = troubleOf(error)
  if (trouble === undefined) return 'unknown'
  return trouble === 'unwell' ? 'unready' : 'silent'
}
