import type { DynamicObject } from '@kubewright/core'
import type { Admission } from '../registry/admission.ts'
import type { StoredResource } from '../registry/resource.ts'
import { ADMISSION_GROUP } from './configuration.ts'
import type { PolicyAdmission } from './policies/policy-admission.ts'
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

/** All whom the cluster wants asked about writes, in the order of kube-apiserver's plugins. */
export class AdmissionChain {
  private readonly webhooks: WebhookAdmission
  private readonly policies: PolicyAdmission

  constructor(webhooks: WebhookAdmission, policies: PolicyAdmission) {
    this.webhooks = webhooks
    this.policies = policies
  }

  start(): () => void {
    const stops = [this.webhooks.start(), this.policies.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Whether anybody may have a say in writes to the resource: where nobody has, a write stays a matter of one tick. */
  concerns({ group, plural }: StoredResource): boolean {
    if (group === ADMISSION_GROUP && EXEMPT.has(plural)) return false
    return this.webhooks.isAwake() || this.policies.isAwake()
  }

  /** Their say in one write. */
  reviewOf(request: ReviewedRequest): NonNullable<Admission['review']> {
    return {
      mutate: (object, old) => this.webhooks.mutate(writing(request, object, old), object, old),
      validate: (object, old) => this.validate(writing(request, object, old), object, old),
      remove: async (old) => {
        const removal: ReviewedRequest = { ...request, operation: 'DELETE' }
        await this.webhooks.mutateNothing(removal, old)
        await this.validate(removal, undefined, old)
      },
    }
  }

  private async validate(request: ReviewedRequest, object: DynamicObject | undefined, old: DynamicObject | undefined): Promise<void> {
    await this.policies.validate(request, { object, old })
    await this.webhooks.validate(request, { object, old })
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
