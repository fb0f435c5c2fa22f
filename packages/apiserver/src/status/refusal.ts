import type { Status, StatusCause, StatusDetails } from '@kubewright/core'

/** A request that is answered with a Status. The only kind of error whose text reaches a client; anything else becomes a 500 without details. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: Status & { readonly code: number }

  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message)
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    }
  }

  get code(): number {
    return this.status.code
  }
}

/** What messages and details name a resource by. */
export interface ResourceName {
  readonly group: string
  readonly plural: string
}

export interface KindName {
  readonly group: string
  readonly kind: string
}

/** `deployments.apps`, `configmaps`. */
export const qualified = ({ group, plural }: ResourceName): string => (group === '' ? plural : `${plural}.${group}`)

const detailsOf = ({ group, plural }: ResourceName, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
})

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message)

export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized', 'Unauthorized')

export const notFound = (resource: ResourceName, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))

export const noSuchPath = (): Refusal => new Refusal(404, 'NotFound', 'the server could not find the requested resource', {})

export const methodNotAllowed = (): Refusal =>
  new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const alreadyExists = (resource: ResourceName, name: string): Refusal =>
  new Refusal(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name))

export const conflict = (resource: ResourceName, name: string, why: string): Refusal =>
  new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, detailsOf(resource, name))

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const forbidden = (resource: ResourceName, name: string, why: string, causes?: readonly StatusCause[]): Refusal =>
  new Refusal(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, {
    ...detailsOf(resource, name),
    ...(causes === undefined ? {} : { causes }),
  })

export const expired = (message: string): Refusal => new Refusal(410, 'Expired', message)

export const tooLarge = (limit: number): Refusal => new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)

export const unsupportedMediaType = (accepted: readonly string[]): Refusal =>
  new Refusal(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** 422 with one cause a field. The message names each distinct problem once, as the real server does, while the causes keep repetitions. */
export function invalid(kind: KindName, name: string, causes: readonly StatusCause[]): Refusal {
  const problems = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))]
  const what = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  return new Refusal(422, 'Invalid', `${what} "${name}" is invalid: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes,
  })
}

/** What a server that failed itself answers. `why` must be fit for a client. */
export const internalError = (why: string): Refusal =>
  new Refusal(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })

/** The storage layer's own errors have a text and a code only. */
export const storageError = (message: string): Refusal => new Refusal(500, undefined, message)

/** Refused because this server has not got it, although a real one would: said so that nobody looks for the mistake in the request. */
export const notImplemented = (what: string): Refusal =>
  new Refusal(501, 'NotImplemented', `${what} is not implemented by the embedded API server`)

export const tooLargeResourceVersion = (requested: string, current: number): Refusal =>
  new Refusal(504, 'Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
