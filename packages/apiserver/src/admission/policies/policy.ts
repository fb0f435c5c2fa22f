import type { KubeObject, LabelSelectorSpec } from '@kubewright/core'
import { ADMISSION_GROUP, type MatchCondition } from '../configuration.ts'
import type { NamedRule } from '../matcher.ts'

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy, with all defaults filled in. */
export interface ValidatingPolicy extends KubeObject {
  readonly spec: ValidatingPolicySpec
}

export interface ValidatingPolicySpec {
  readonly paramKind?: ParamKind
  readonly matchConstraints: MatchResources
  readonly matchConditions?: readonly MatchCondition[]
  readonly variables?: readonly Variable[]
  readonly validations?: readonly Validation[]
  readonly auditAnnotations?: readonly AuditAnnotation[]
  readonly failurePolicy: 'Fail' | 'Ignore'
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

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding: what makes a policy work, and for what. */
export interface PolicyBinding extends KubeObject {
  readonly spec: {
    readonly policyName: string
    readonly paramRef?: ParamRef
    readonly matchResources?: MatchResources
    readonly validationActions: readonly ('Deny' | 'Warn' | 'Audit')[]
  }
}

export interface ParamRef {
  readonly name?: string
  readonly namespace?: string
  readonly selector?: LabelSelectorSpec
  readonly parameterNotFoundAction: 'Allow' | 'Deny'
}

export const POLICIES_TABLE = `${ADMISSION_GROUP}/validatingadmissionpolicies`
export const BINDINGS_TABLE = `${ADMISSION_GROUP}/validatingadmissionpolicybindings`
