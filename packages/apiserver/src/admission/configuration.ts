import type { KubeObject, LabelSelectorSpec } from '@kubewright/core'
import type { ClientConfig } from '../webhooks/client-config.ts'

/** admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration or MutatingWebhookConfiguration, with all defaults filled in. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly Webhook[]
}

export interface Webhook {
  readonly name: string
  readonly clientConfig: ClientConfig
  readonly rules?: readonly WebhookRule[]
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly namespaceSelector?: LabelSelectorSpec
  readonly objectSelector?: LabelSelectorSpec
  readonly matchConditions?: readonly MatchCondition[]
  readonly sideEffects: string
  readonly timeoutSeconds: number
  readonly admissionReviewVersions: readonly string[]
  /** Of mutating ones. */
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
}

export interface WebhookRule {
  readonly operations: readonly string[]
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly scope?: string
}

export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

export const ADMISSION_GROUP = 'admissionregistration.k8s.io'
export const VALIDATING_TABLE = `${ADMISSION_GROUP}/validatingwebhookconfigurations`
export const MUTATING_TABLE = `${ADMISSION_GROUP}/mutatingwebhookconfigurations`
