import type { CelEngine } from '../../admission/cel-engine.ts'
import { customResourceDefinitions } from '../strategies/custom-resource-definitions.ts'
import { mutatingPolicies, mutatingPolicyBindings } from '../strategies/mutating-policies.ts'
import { validatingPolicies, validatingPolicyBindings } from '../strategies/validating-policies.ts'
import { webhookConfigurations } from '../strategies/webhook-configurations.ts'
import { EXTENSIONS, type GroupKinds } from './kind.ts'

export const admission = (cel: CelEngine | undefined): GroupKinds => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kinds: [
    {
      kind: 'MutatingAdmissionPolicy',
      plural: 'mutatingadmissionpolicies',
      cluster: true,
      categories: EXTENSIONS,
      strategy: mutatingPolicies,
    },
    {
      kind: 'MutatingAdmissionPolicyBinding',
      plural: 'mutatingadmissionpolicybindings',
      cluster: true,
      categories: EXTENSIONS,
      strategy: mutatingPolicyBindings,
    },
    {
      kind: 'MutatingWebhookConfiguration',
      plural: 'mutatingwebhookconfigurations',
      cluster: true,
      categories: EXTENSIONS,
      strategy: webhookConfigurations('mutating', cel),
    },
    {
      kind: 'ValidatingAdmissionPolicy',
      plural: 'validatingadmissionpolicies',
      cluster: true,
      categories: EXTENSIONS,
      strategy: validatingPolicies,
    },
    {
      kind: 'ValidatingAdmissionPolicyBinding',
      plural: 'validatingadmissionpolicybindings',
      cluster: true,
      categories: EXTENSIONS,
      strategy: validatingPolicyBindings,
    },
    {
      kind: 'ValidatingWebhookConfiguration',
      plural: 'validatingwebhookconfigurations',
      cluster: true,
      categories: EXTENSIONS,
      strategy: webhookConfigurations('validating', cel),
    },
  ],
})

export const definitions: GroupKinds = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kinds: [
    {
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      cluster: true,
      short: ['crd', 'crds'],
      categories: EXTENSIONS,
      strategy: customResourceDefinitions,
    },
  ],
}

export const registration: GroupKinds = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kinds: [{ kind: 'APIService', plural: 'apiservices', cluster: true, categories: EXTENSIONS, verbs: ['get', 'list', 'watch'] }],
}
