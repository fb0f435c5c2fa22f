import type { KubeObject, LabelSelectorSpec } from '@kubewright/core'
import { ADMISSION_GROUP, type MatchCondition } from '../configuration.ts'
import type { NamedRule } from '../matcher.ts'

/** A policy of admissionregistration.k8s.io/v1, with all defaults filled in. */
export interface Policy<Spec extends PolicySpec> extends KubeObject {
  readonly spec: Spec
}

/** What policies have in common, whether they validate or mutate. */
export interface PolicySpec {
  readonly paramKind?: ParamKind
  readonly matchConstraints: MatchResources
  readonly matchConditions?: readonly MatchCondition[]
  readonly variables?: readonly Variable[]
  readonly failurePolicy: 'Fail' | 'Ignore'
}

export interface ValidatingPolicySpec extends PolicySpec {
  readonly validations?: readonly Validation[]
  readonly auditAnnotations?: readonly AuditAnnotation[]
}

export interface MutatingPolicySpec extends PolicySpec {
  readonly mutations: readonly Mutation[]
  readonly reinvocationPolicy: 'Never' | 'IfNeeded'
}

export interface ParamKind {
  readonly apiVersion: string
  readonly kind: string
}

export interface MatchResources {
  readonly resourceRules?: readonly NamedRule[]
  readonly excludeResourceRules?: readonly NamedRule[]
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly namespaceSelector?: LabelSelectorSpec
  readonly objectSelector?: LabelSelectorSpec
}

export interface Variable {
  readonly name: string
  readonly expression: string
}

export interface Validation {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
}

export interface AuditAnnotation {
  readonly key: string
  readonly valueExpression: string
}

export type Mutation =
  | { readonly patchType: 'ApplyConfiguration'; readonly applyConfiguration: { readonly expression: string } }
  | { readonly patchType: 'JSONPatch'; readonly jsonPatch: { readonly expression: string } }

/** What makes a policy work, and for what. */
export interface PolicyBinding<Spec extends BindingSpec = BindingSpec> extends KubeObject {
  readonly spec: Spec
}

export interface BindingSpec {
  readonly policyName: string
  readonly paramRef?: ParamRef
  readonly matchResources?: MatchResources
}

export interface ValidatingBindingSpec extends BindingSpec {
  readonly validationActions: readonly ('Deny' | 'Warn' | 'Audit')[]
}

export interface ParamRef {
  readonly name?: string
  readonly namespace?: string
  readonly selector?: LabelSelectorSpec
  readonly parameterNotFoundAction: 'Allow' | 'Deny'
}

/** Where the policies of a sort and their bindings are kept. */
export interface PolicyTables {
  readonly policies: string
  readonly bindings: string
}

export const VALIDATING_POLICIES: PolicyTables = {
  policies: `${ADMISSION_GROUP}/validatingadmissionpolicies`,
  bindings: `${ADMISSION_GROUP}/validatingadmissionpolicybindings`,
}
export const MUTATING_POLICIES: PolicyTables = {
  policies: `${ADMISSION_GROUP}/mutatingadmissionpolicies`,
  bindings: `${ADMISSION_GROUP}/mutatingadmissionpolicybindings`,
}
