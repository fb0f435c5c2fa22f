import type { DynamicObject } from '@kubewright/core'
import { userInfo } from '../authn/user.ts'
import { isFields } from '../registry/fields.ts'
import { WebhookCallError } from '../webhooks/call-error.ts'
import type { KindVersion, ReviewedRequest, ReviewForm } from './reviewed-request.ts'

export interface ReviewedObjects {
  readonly object: DynamicObject | undefined
  readonly old: DynamicObject | undefined
}

/** What a webhook decided. */
export interface Verdict {
  readonly allowed: boolean
  readonly status: Readonly<Record<string, unknown>> | undefined
  /** A JSON patch as text. */
  readonly patch: string | undefined
  readonly warnings: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** The version in which to ask: the first of the webhook's that is known. */
export function reviewVersion(accepted: readonly string[]): 'v1' | 'v1beta1' {
  const version = accepted.find((each) => each === 'v1' || each === 'v1beta1')
  if (version === undefined)
    throw new WebhookCallError('could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)')
  return version as 'v1' | 'v1beta1'
}

/** The part of an AdmissionReview that match conditions see too. */
export function reviewRequest(request: ReviewedRequest, form: ReviewForm, uid: string): object {
  const { subresource, operation, name, namespace, dryRun, options } = request
  return {
    uid,
    kind: kindOf(form),
    resource: resourceOf(form),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kindOf(request.form),
    requestResource: resourceOf(request.form),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfo(request.user),
    dryRun,
    options,
  }
}

const kindOf = ({ group, version, kind }: KindVersion): object => ({ group, version, kind })
const resourceOf = ({ resourceGroup, resourceVersion, resource }: ReviewForm): object => ({
  group: resourceGroup,
  version: resourceVersion,
  resource,
})

export function admissionReview(version: 'v1' | 'v1beta1', request: object, { object, old }: ReviewedObjects): object {
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: { ...request, object: object ?? null, oldObject: old ?? null },
  }
}

/** @throws WebhookCallError for what is no answer to the request */
export function verdictOf(
  answer: Readonly<Record<string, unknown>>,
  version: 'v1' | 'v1beta1',
  uid: string,
  kind: 'mutating' | 'validating',
): Verdict {
  const { response, apiVersion = '' } = answer
  const invalid = (why: string) => new WebhookCallError(`received invalid webhook response: ${why}`)
  if (!isFields(response)) throw invalid('webhook response was absent')
  if (version === 'v1') {
    if (response['uid'] !== uid) throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`)
    if (apiVersion !== 'admission.k8s.io/v1' || answer['kind'] !== 'AdmissionReview')
      throw invalid(
        `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${String(apiVersion)}, Kind=${String(answer['kind'] ?? '')}`,
      )
    requireFittingPatch(response, kind, invalid)
  }
  return {
    allowed: response['allowed'] === true,
    status: isFields(response['status']) ? response['status'] : undefined,
    patch:
      typeof response['patch'] === 'string' && response['patch'] !== '' ? Buffer.from(response['patch'], 'base64').toString() : undefined,
    warnings: Array.isArray(response['warnings']) ? response['warnings'].map(String) : [],
    annotations: isFields(response['auditAnnotations']) ? (response['auditAnnotations'] as Record<string, string>) : {},
  }
}

function requireFittingPatch(response: Record<string, unknown>, kind: 'mutating' | 'validating', invalid: (why: string) => Error): void {
  const hasPatch = typeof response['patch'] === 'string' && response['patch'] !== ''
  const type = response['patchType']
  if (kind === 'validating') {
    if (hasPatch) throw invalid('validating webhook may not return response.patch')
    if (type !== undefined && type !== null) throw invalid('validating webhook may not return response.patchType')
    return
  }
  const hasType = type !== undefined && type !== null
  if (hasPatch && !hasType) throw invalid('webhook returned response.patch but not response.patchType')
  if (!hasPatch && hasType) throw invalid('webhook returned response.patchType but not response.patch')
  if (hasType && type === '') throw invalid('webhook returned invalid response.patchType of ""')
  if (hasType && type !== 'JSONPatch') throw new WebhookCallError(`unsupported patch type ${JSON.stringify(type)}`)
}
