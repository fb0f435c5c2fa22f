import { isRecord } from '../wire.ts'

/** What is done to the object. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** Who made the request to the API server. */
export interface UserInfo {
  readonly username?: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

interface KindName {
  readonly group: string
  readonly version: string
  readonly kind: string
}

interface ResourceName {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** admission.k8s.io/v1 AdmissionRequest. */
export interface AdmissionRequest {
  readonly uid: string
  /** In which version the object is here. `requestKind` is what the user sent, where the two differ (matchPolicy Equivalent). */
  readonly kind: KindName
  readonly resource: ResourceName
  readonly subResource?: string
  readonly requestKind?: KindName
  readonly requestResource?: ResourceName
  readonly requestSubResource?: string
  /** Empty at a creation with `generateName`. */
  readonly name?: string
  readonly namespace?: string
  readonly operation: Operation
  readonly userInfo: UserInfo
  readonly object?: unknown
  readonly oldObject?: unknown
  readonly dryRun?: boolean
  readonly options?: unknown
}

/** admission.k8s.io/v1 AdmissionResponse. */
export interface AdmissionResponse {
  readonly uid: string
  readonly allowed: boolean
  readonly status?: AdmissionStatus
  readonly patchType?: 'JSONPatch'
  /** Base64 of the patch as JSON. */
  readonly patch?: string
  readonly warnings?: readonly string[]
  readonly auditAnnotations?: Readonly<Record<string, string>>
}

/** Why a webhook refused, as the API server tells it. */
export interface AdmissionStatus {
  readonly status: 'Failure'
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[]
  }
}

export const ADMISSION_API = 'admission.k8s.io/v1'

/** A request is no review: the message says which part of it. The API server answers its client by the failure policy then. */
export class MalformedReviewError extends Error {
  override readonly name = 'MalformedReviewError'
}

const OPERATIONS: ReadonlySet<unknown> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT'])

/** @throws MalformedReviewError */
export function parseAdmissionReview(review: unknown): AdmissionRequest {
  const refuse = (problem: string): never => {
    throw new MalformedReviewError(`AdmissionReview: ${problem}`)
  }
  if (!isRecord(review)) return refuse('the body must be an object')
  if (review['apiVersion'] !== ADMISSION_API || review['kind'] !== 'AdmissionReview')
    return refuse(`apiVersion and kind must be ${ADMISSION_API} AdmissionReview: set admissionReviewVersions to ["v1"]`)
  const request = review['request']
  if (!isRecord(request)) return refuse('"request" must be an object')
  if (typeof request['uid'] !== 'string' || request['uid'] === '') return refuse('"request.uid" must be a text')
  for (const [field, last] of [
    ['kind', 'kind'],
    ['resource', 'resource'],
  ] as const) {
    const name = request[field]
    if (!isRecord(name) || [name['group'] ?? '', name['version'], name[last]].some((part) => typeof part !== 'string'))
      return refuse(`"request.${field}" must have group, version and ${last}`)
  }
  if (!OPERATIONS.has(request['operation'])) return refuse('"request.operation" must be CREATE, UPDATE, DELETE or CONNECT')
  for (const field of ['name', 'namespace', 'subResource'] as const) {
    const value = request[field] ?? undefined
    if (value !== undefined && typeof value !== 'string') return refuse(`"request.${field}" must be a text`)
  }
  for (const field of ['object', 'oldObject'] as const) {
    const value = request[field] ?? undefined
    if (value !== undefined && !isRecord(value)) return refuse(`"request.${field}" must be an object`)
  }
  if (!isRecord(request['userInfo'] ?? {})) return refuse('"request.userInfo" must be an object')
  return { ...request, userInfo: request['userInfo'] ?? {} } as unknown as AdmissionRequest
}
