import type { DynamicObject } from '@kubewright/core'
import type { Admission } from '../registry/admission.ts'
import type { StoredResource } from '../registry/resource.ts'
import { ADMISSION_GROUP } from './configuration.ts'
import type { MutatingPolicyAdmission } from './policies/mutating/policy-admission.ts'
import type { ValidatingPolicyAdmission } from './policies/validating/policy-admission.ts'
import { Reinvocation } from './reinvocation.ts'
import type { ReviewedRequest } from './reviewed-request.ts'
import type { WebhookAdmission } from './webhook-admission.ts'

/** Kinds that nobody has a say in: one who forbids everything could otherwise never be taken away. */
const EXEMPT = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
])

export interface AdmissionParts {
  readonly mutatingPolicies: MutatingPolicyAdmission
  readonly webhooks: WebhookAdmission
  readonly validatingPolicies: ValidatingPolicyAdmission
}

/** All whom the cluster wants asked about writes, in the order of kube-apiserver's plugins. */
export class AdmissionChain {
  private readonly parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.parts = parts
  }

  start(): () => void {
    const { mutatingPolicies, webhooks, validatingPolicies } = this.parts
    const stops = [mutatingPolicies.start(), webhooks.start(), validatingPolicies.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Whether anybody may have a say in writes to the resource: where nobody has, a write stays a matter of one tick. */
  concerns({ group, plural }: StoredResource): boolean {
    if (group === ADMISSION_GROUP && EXEMPT.has(plural)) return false
    const { mutatingPolicies, webhooks, validatingPolicies } = this.parts
    return mutatingPolicies.isAwake() || webhooks.isAwake() || validatingPolicies.isAwake()
  }

  /** Their say in one write. */
  reviewOf(request: ReviewedRequest): NonNullable<Admission['review']> {
    return {
      mutate: (object, old, again) => this.mutate(writing(request, object, old), object, old, again),
      validate: (object, old) => this.validate(writing(request, object, old), object, old),
      remove: async (old) => {
        const removal: ReviewedRequest = { ...request, operation: 'DELETE' }
        const { mutatingPolicies, webhooks } = this.parts
        await mutatingPolicies.mutate(removal, { object: undefined, old }, new Reinvocation())
        await webhooks.mutateNothing(removal, old)
        await this.validate(removal, undefined, old)
      },
    }
  }

  /** All once, and when one of them has changed something, once more those that ask for it. */
  private async mutate(
    request: ReviewedRequest,
    sent: DynamicObject,
    old: DynamicObject | undefined,
    again: (object: DynamicObject) => DynamicObject,
  ): Promise<DynamicObject> {
    const { mutatingPolicies, webhooks } = this.parts
    const [ofPolicies, ofWebhooks] = [new Reinvocation(), new Reinvocation()]
    let object = sent
    for (const round of [0, 1] as const) {
      if (round === 1) {
        object = again(object)
        ofPolicies.beginAgain(object)
      }
      object = await mutatingPolicies.mutate(request, { object, old }, ofPolicies)
      ofPolicies.ended(object)
      if (round === 1) ofWebhooks.beginAgain(object)
      object = await webhooks.mutate(request, object, old, ofWebhooks, round)
      ofWebhooks.ended(object)
      if (!ofPolicies.isWanted && !ofWebhooks.isWanted) break
    }
    return object
  }

  private async validate(request: ReviewedRequest, object: DynamicObject | undefined, old: DynamicObject | undefined): Promise<void> {
    await this.parts.validatingPolicies.validate(request, { object, old })
    await this.parts.webhooks.validate(request, { object, old })
  }
}

/** A PUT or an apply may turn out to create, and only the object itself knows a name that the server made. */
function writing(request: ReviewedRequest, object: DynamicObject, old: DynamicObject | undefined): ReviewedRequest {
  const name = request.name || (object.metadata.name ?? '')
  const isNamespace = request.resource.group === '' && request.resource.plural === 'namespaces'
  const operation = old === undefined ? 'CREATE' : 'UPDATE'
  // Of a patch, too: admission knows no PatchOptions.
  const options = { kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', ...request.options }
  return { ...request, name, namespace: isNamespace ? name : request.namespace, operation, options }
}
