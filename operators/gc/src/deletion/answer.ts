import { type ApiError, type DeleteResult, isApiError, isConnectionError, type KubeObject, messageOf } from 'kubewright'

/** What a DELETE's answer means for the object and for those behind it in line. */
export type Answer =
  | { readonly is: 'gone' }
  /** Accepted: finalizers or a grace period hold it. Gone when the watch says so. */
  | { readonly is: 'accepted' }
  | { readonly is: 'already-gone' }
  /** Another object has the name now. */
  | { readonly is: 'replaced' }
  /** The object is no longer as we saw it. */
  | { readonly is: 'changed' }
  /** We may not delete this kind in this namespace. */
  | { readonly is: 'forbidden'; readonly message: string }
  /** Somebody (an admission webhook) refuses this one for now. */
  | { readonly is: 'denied'; readonly message: string }
  /** No repetition can help. */
  | { readonly is: 'refused'; readonly message: string }
  | { readonly is: 'throttled'; readonly retryAfter: number; readonly message: string }
  /** The server was not there to hear of it: nothing was done. */
  | { readonly is: 'unsent'; readonly message: string }
  /** It may or may not have been done. The precondition on the uid makes the repetition safe. */
  | { readonly is: 'unknown'; readonly message: string }

export function answerOf(result: DeleteResult<KubeObject>): Answer {
  return result.gone ? { is: 'gone' } : { is: 'accepted' }
}

export function answerOfError(error: unknown): Answer {
  const message = messageOf(error)
  if (isConnectionError(error)) return { is: NEVER_CONNECTED.has(error.code) ? 'unsent' : 'unknown', message }
  if (!isApiError(error)) return { is: 'unknown', message: `the request failed: ${message}` }
  switch (error.code) {
    case 404:
      return { is: 'already-gone' }
    case 409:
      return conflict(error.status.message ?? '', message)
    case 400:
    case 405:
    case 406:
    case 415:
    case 422:
      return { is: 'refused', message }
    case 401:
      return { is: 'unknown', message }
    case 403:
      // RBAC's sentence is `User "x" cannot delete resource "y" …`, of evictions `cannot create resource "pods/eviction"`; admission's is the webhook's own.
      return /cannot (delete|create) resource/.test(message) ? { is: 'forbidden', message } : { is: 'denied', message }
    case 429:
      // A PodDisruptionBudget keeps this Pod; the server is not too busy for others.
      if (error.status.details?.causes?.some(({ reason }) => reason === 'DisruptionBudget')) return { is: 'denied', message: keptBy(error) }
      return { is: 'throttled', retryAfter: (error.retryAfterSeconds ?? 0) * 1000, message }
    case 503:
      return { is: 'throttled', retryAfter: (error.retryAfterSeconds ?? 0) * 1000, message }
    default:
      return error.code >= 500 ? { is: 'unknown', message } : { is: 'denied', message }
  }
}

/** What the budget says beside the server's sentence, which names no budget. */
function keptBy({ status: { message = '', details } }: ApiError): string {
  return [message, ...(details?.causes ?? []).map((cause) => cause.message ?? '')].filter((part) => part !== '').join(' ')
}

/** Without a connection nothing was asked for. After any other failure of one (reset, timed out) the server may have done it. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/**
 * The server compares both preconditions twice, early and in the storage transaction, with two wordings: `the UID in the precondition (…) does
 * not match the UID in record (…)` and `Precondition failed: UID in precondition: …` (apimachinery rest.BeforeDelete, storage.Preconditions).
 */
function conflict(text: string, message: string): Answer {
  if (/\bUID in (the )?precondition/i.test(text)) return { is: 'replaced' }
  if (/\bResourceVersion in (the )?precondition|object has been modified/i.test(text)) return { is: 'changed' }
  // Other 409s (a namespace with content, a quota) pass or stay; the object is asked about again later.
  return { is: 'denied', message }
}
