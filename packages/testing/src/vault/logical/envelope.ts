import type { Answer, Json } from '../answer.ts'
import type { Outcome } from './backend.ts'
import { authOf } from './tokens.ts'

/** What Vault puts around an outcome. */
export function envelope(outcome: Outcome, path: string, mountType: string, requestId: string): Answer {
  const empty = {
    request_id: requestId,
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: null,
    auth: null,
  }
  switch (outcome.is) {
    case 'answer':
      return completed(outcome.answer, requestId)
    case 'data':
      return {
        status: 200,
        body: {
          ...empty,
          lease_duration: outcome.leaseSeconds ?? 0,
          data: outcome.data,
          warnings: outcome.warnings ?? null,
          mount_type: path.startsWith('sys/internal/ui/') ? '' : mountType,
        },
      }
    case 'missing':
      // What is not found is told without the name of the engine.
      return { status: 404, body: { ...empty, data: outcome.data ?? null, warnings: outcome.warnings ?? null, mount_type: '' } }
    case 'auth':
      return {
        status: 200,
        body: {
          ...empty,
          warnings: outcome.warnings ?? null,
          auth: authOf(outcome.token),
          mount_type: path.startsWith('auth/token/') ? 'token' : '',
        },
      }
    case 'warnings':
      return { status: 200, body: { ...empty, warnings: outcome.warnings, mount_type: mountType } }
  }
}

/** Answers that sys endpoints give at the top level get the envelope around them. */
export function completed(answer: Answer, requestId: string): Answer {
  if (answer.status !== 200 || typeof answer.body !== 'object' || answer.body === null || !('data' in answer.body)) return answer
  const { data, ...top } = answer.body as Json & { data: unknown }
  if ('request_id' in top) return answer
  const empty = {
    request_id: requestId,
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    wrap_info: null,
    warnings: null,
    auth: null,
  }
  return { ...answer, body: { ...top, ...empty, data, mount_type: 'system' } }
}
