import { isApiError, isForbidden, messageOf } from 'kubewright'
import { type Answer, answerOfError } from '../deletion/answer.ts'

/** A backup that failed, as an answer to the deletion that was not sent: whatever went wrong, the object is still there. */
export function answerOfFailedBackup(error: unknown): Answer {
  const answer = answerOfError(error)
  const message = `not deleted, because its backup failed: ${'message' in answer ? answer.message : messageOfStatus(error)}`
  // RBAC's sentence. It concerns all objects there, and only a person can change it; another 403 (a quota, a webhook) concerns this one.
  if (isForbidden(error) && /cannot (list|create) resource/.test(message)) return { is: 'forbidden', message }
  switch (answer.is) {
    case 'throttled':
      return { ...answer, message }
    case 'unsent':
    case 'unknown':
      return { is: 'unsent', message }
    default:
      return { is: 'denied', message }
  }
}

const messageOfStatus = (error: unknown) => (isApiError(error) ? (error.status.message ?? error.message) : messageOf(error))
