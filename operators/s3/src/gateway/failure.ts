/** What one can do about an answer; everything else hangs on it. */
export type FailureClass =
  /** It may be well in a moment. */
  | 'Transient'
  /** Less, and slower, for the whole provider. */
  | 'Throttled'
  /** The credentials are no good: nothing of this provider will work. */
  | 'Unauthenticated'
  /** Wasabi locks an account for five minutes, and longer for each try meanwhile. */
  | 'LockedOut'
  /** This call may not be made with these credentials; others may. */
  | 'Denied'
  /** The clocks differ too much for signatures. */
  | 'ClockSkew'
  | 'NotFound'
  /** Something of that name is there, or in the way. */
  | 'Conflict'
  /** The server will say the same tomorrow: the spec has to change. */
  | 'Refused'
  /** The server does not know this. */
  | 'Unsupported'

/** A server refused, or was not reached. Its message holds no secret. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure'
  readonly is: FailureClass
  /** The server's word for it, such as NoSuchBucket; empty when it had none. */
  readonly code: string
  /** Of HTTP; 0 when no answer came. */
  readonly status: number
  /** What was tried, such as PutBucketTagging. */
  readonly operation: string
  /** The region that the server says a bucket is in. */
  readonly region: string | undefined

  constructor(
    operation: string,
    found: {
      readonly is: FailureClass
      readonly code: string
      readonly status: number
      readonly message: string
      readonly region?: string | undefined
    },
  ) {
    super(`${operation}: ${found.code === '' ? `HTTP ${found.status}` : found.code}${found.message === '' ? '' : `: ${found.message}`}`)
    this.operation = operation
    this.is = found.is
    this.code = found.code
    this.status = found.status
    this.region = found.region
  }
}

export const isRemoteFailure = (error: unknown, ...classes: readonly FailureClass[]): error is RemoteFailure =>
  error instanceof Error && error.name === 'RemoteFailure' && (classes.length === 0 || classes.includes((error as RemoteFailure).is))

const set = (...codes: readonly string[]): ReadonlySet<string> => new Set(codes)

// By the codes of AWS and Wasabi. A code goes before a status: Wasabi says RequestRateLimitExceeded with 403.
const CLASSES: readonly (readonly [FailureClass, ReadonlySet<string>])[] = [
  ['LockedOut', set('AuthenticationLockout')],
  [
    'Throttled',
    set(
      'SlowDown',
      'Throttling',
      'ThrottlingException',
      'RequestLimitExceeded',
      'RequestRateLimitExceeded',
      'TooManyRequestsException',
      'TooManyRequests',
    ),
  ],
  [
    'Unauthenticated',
    set(
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'InvalidClientTokenId',
      'InvalidToken',
      'AccountNotActivated',
      'AccountProblem',
      'NotSignedUp',
      'UnrecognizedClientException',
    ),
  ],
  ['ClockSkew', set('RequestTimeTooSkewed', 'RequestExpired')],
  ['Unsupported', set('NotImplemented', 'XNotImplemented', 'MethodNotAllowed', 'InvalidAction', 'UnsupportedOperation')],
  ['Denied', set('AccessDenied', 'AccessForbidden', 'AllAccessDisabled', 'Forbidden', 'UnauthorizedAccess')],
  [
    'Conflict',
    set(
      'BucketAlreadyExists',
      'BucketAlreadyOwnedByYou',
      'EntityAlreadyExists',
      'DeleteConflict',
      'BucketNotEmpty',
      'LimitExceeded',
      'TooManyBuckets',
    ),
  ],
  [
    'Transient',
    set(
      'InternalError',
      'ServiceFailure',
      'Unavailable',
      'ServiceUnavailable',
      'ConnectionClosed',
      'OperationAborted',
      'ConcurrentModification',
      'RequestTimeout',
    ),
  ],
  [
    'Refused',
    set(
      'MalformedPolicy',
      'MalformedPolicyDocument',
      'MalformedXML',
      'InvalidArgument',
      'InvalidBucketName',
      'InvalidLocationConstraint',
      'IllegalLocationConstraintException',
      'InvalidBucketState',
      'PermanentRedirect',
      'InvalidRequest',
      'InvalidInput',
      'ValidationError',
      'InvalidParameterValue',
    ),
  ],
  ['NotFound', set('NotFound', 'NoSuchBucket', 'NoSuchEntity', 'DBEntityNotfound')],
]

/** By the status alone, for answers without a code: those of HEAD, and SeaweedFS's refusals. */
function classByStatus(status: number): FailureClass {
  if (status === 0 || status === 410 || status === 408) return 'Transient'
  if (status === 429) return 'Throttled'
  if (status === 501 || status === 405) return 'Unsupported'
  if (status === 401) return 'Unauthenticated'
  if (status === 403) return 'Denied'
  if (status === 404) return 'NotFound'
  if (status === 409) return 'Conflict'
  return status >= 500 ? 'Transient' : 'Refused'
}

export function classOf(code: string, status: number): FailureClass {
  if (code.startsWith('NoSuch') || code.endsWith('NotFoundError')) return 'NotFound'
  return CLASSES.find(([, codes]) => codes.has(code))?.[0] ?? classByStatus(status)
}

/** Longer answers are pages of a proxy, of which the beginning says enough. */
const MESSAGE_LENGTH = 300

interface SdkError {
  readonly name?: string
  readonly Code?: string
  readonly message?: string
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
  readonly Region?: string
}

/** What the SDK threw, in our words. What it did not throw for a server, such as our own refusals and aborts, goes through. */
export function failureOf(operation: string, error: unknown, hide: (text: string) => string): unknown {
  if (!(error instanceof Error) || isRemoteFailure(error)) return error
  const given = error as SdkError
  const response = given.$response
  const status = given.$metadata?.httpStatusCode ?? 0
  if (status === 0 && !isNetworkTrouble(error)) return error
  const named = (given.Code ?? given.name ?? '').replace(/Exception$/, '')
  // "Unknown" is what the SDK calls an answer without a code, and a parser's error one that is no XML.
  const code = status === 0 ? networkCode(error) : named === 'Unknown' || named === 'Error' || named === 'SyntaxError' ? '' : named
  const message = hide(String(given.message ?? '')).replaceAll(/\s+/g, ' ')
  const shown = message === 'UnknownError' || message === 'Unknown' ? '' : message.slice(0, MESSAGE_LENGTH)
  const region = response?.headers?.['x-amz-bucket-region'] ?? given.Region
  return new RemoteFailure(operation, { is: status === 0 ? 'Transient' : classOf(code, status), code, status, message: shown, region })
}

const networkCode = (error: Error): string => {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && code !== '' ? code : error.name
}

const NETWORK = /^(E[A-Z_]+|ERR_(TLS|SSL)_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_\w+|UNABLE_TO_\w+|TimeoutError|ERR_SSL_\w+)$/

const isNetworkTrouble = (error: Error): boolean => NETWORK.test(networkCode(error)) || error.message.includes('socket hang up')
