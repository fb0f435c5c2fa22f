import type { KubeObject, LabelSelectorSpec, ResourceType } from '@kubewright/core'
import type { MatchCondition } from '../admission/rule-options.ts'

/** What becomes of a request when the webhook does not answer: it is refused, or goes through unchecked. */
export type FailurePolicy = 'Fail' | 'Ignore'

/** How the API server reaches a webhook. */
export interface WebhookClientConfig {
  readonly url?: string
  readonly service?: { readonly name: string; readonly namespace: string; readonly path?: string; readonly port?: number }
  /** Base64 of PEM. */
  readonly caBundle?: string
}

export interface WebhookRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly operations: readonly string[]
  readonly resources: readonly string[]
  readonly scope: 'Cluster' | 'Namespaced' | '*'
}

export interface WebhookEntry {
  readonly name: string
  readonly admissionReviewVersions: readonly string[]
  readonly clientConfig: WebhookClientConfig
  readonly rules: readonly WebhookRule[]
  readonly failurePolicy: FailurePolicy
  readonly matchPolicy: 'Equivalent'
  readonly sideEffects: 'None' | 'NoneOnDryRun'
  readonly timeoutSeconds: number
  readonly namespaceSelector?: LabelSelectorSpec
  readonly objectSelector?: LabelSelectorSpec
  readonly matchConditions?: readonly MatchCondition[]
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
}

/** A ValidatingWebhookConfiguration or MutatingWebhookConfiguration. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly WebhookEntry[]
}

const GROUP = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const

export const ValidatingWebhookConfiguration: ResourceType<WebhookConfiguration> = {
  ...GROUP,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
}
export const MutatingWebhookConfiguration: ResourceType<WebhookConfiguration> = {
  ...GROUP,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
}

/** As much of a CRD as conversion is about. */
export interface ConvertedDefinition extends KubeObject {
  readonly spec?: { readonly conversion?: Conversion }
}

export interface Conversion {
  readonly strategy?: 'None' | 'Webhook'
  readonly webhook?: { readonly clientConfig?: WebhookClientConfig; readonly conversionReviewVersions?: readonly string[] }
}

export const ConvertedDefinition: ResourceType<ConvertedDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}
