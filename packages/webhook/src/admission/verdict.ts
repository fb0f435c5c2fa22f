import { isApiError, type StatusCause } from '@kubewright/core'
import type { WebhookDefinition } from './definition.ts'
import { isDenied } from './denied-error.ts'
import { invalidMessage } from './field-errors.ts'
import type { AdmissionRequest, AdmissionStatus } from './review.ts'

/** The object is wrong in these fields. */
export function invalid({ kind, name = '' }: AdmissionRequest, causes: readonly StatusCause[]): AdmissionStatus {
  return {
    status: 'Failure',
    code: 422,
    reason: 'Invalid',
    message: invalidMessage(kind, name, causes),
    details: { name, group: kind.group, kind: kind.kind, causes },
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
}

/** What a hook has thrown on purpose, as an answer; `undefined` for everything else. The API server's own refusals of its requests pass through. */
export function denial(error: unknown): AdmissionStatus | undefined {
  if (isDenied(error)) return { status: 'Failure', code: error.code, reason: REASONS[error.code] ?? 'Forbidden', message: error.message }
  if (!isApiError(error)) return undefined
  return { status: 'Failure', code: error.code, reason: error.reason || (REASONS[error.code] ?? 'Unknown'), message: error.message }
}

/** The program is at fault, and not the user. */
export function failure(message: string): AdmissionStatus {
  return { status: 'Failure', code: 500, reason: 'InternalError', message }
}

/** A configuration that somebody wrote sends us what we have no hook for. */
export function unknownRequest({ name, kind }: WebhookDefinition, { resource, subResource }: AdmissionRequest): AdmissionStatus {
  const asked = [resource.resource, ...(subResource ? [subResource] : [])].join('/')
  return {
    status: 'Failure',
    code: 400,
    reason: 'BadRequest',
    message: `webhooks ${name}: there is no hook for ${asked} of group "${resource.group}", only for ${kind.plural} of "${kind.group}": correct the webhook configuration's rules`,
  }
}
