import { qualifiedNameErrors, type StatusCause } from '@kubewright/core'
import type { ValidatingPolicySpec } from '../../admission/policies/policy.ts'
import { compilePolicy } from '../../admission/policies/validating/compiled-policy.ts'
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { defaultMatching, defaultPolicy, oneOf, problemsAt, validateBindingSpec, validatePolicySpec } from './admission-policies.ts'
import { texts } from './admission-rules.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const ACTIONS = ['Audit', 'Deny', 'Warn']
const MOST_ANNOTATIONS = 20
/** Bytes of an expression. */
const LONGEST_ANNOTATION = 5 * 1024

export const validatingPolicies: Strategy = {
  ...defaultStrategy,
  anyFinalizer: true,
  unconditionalUpdate: false,
  generation: true,
  statusSeparated: true,
  defaults(draft) {
    defaultPolicy(fieldsAt(draft, 'spec'))
  },
  validate: (object) => validatePolicy(object.metadata.name ?? '', optionalFields(object as Fields, 'spec') ?? {}),
}

export const validatingPolicyBindings: Strategy = {
  ...defaultStrategy,
  anyFinalizer: true,
  unconditionalUpdate: false,
  generation: true,
  defaults: (draft) => defaultMatching(optionalFields(fieldsAt(draft, 'spec'), 'matchResources')),
  validate: (object) => validateBinding(optionalFields(object as Fields, 'spec') ?? {}),
}

function validatePolicy(name: string, spec: Fields): readonly StatusCause[] {
  const { problems } = compilePolicy(spec as unknown as ValidatingPolicySpec)
  const problemAt = problemsAt(problems)
  const [validations, annotations] = [listAt(spec, 'validations'), listAt(spec, 'auditAnnotations')]
  return [
    ...validatePolicySpec(spec, problems),
    ...(validations.length + annotations.length > 0 ? [] : ['spec.validations', 'spec.auditAnnotations'].map(needsSome)),
    ...validations.flatMap((validation, index) => validateValidation(validation, `spec.validations[${index}]`, problemAt)),
    ...validateAnnotations(name, annotations, problemAt),
  ]
}

const needsSome = (field: string): StatusCause => requiredValue(field, 'validations or auditAnnotations must contain at least one item')

function validateValidation(
  { expression, message = '', messageExpression = '', reason }: Fields,
  at: string,
  problemAt: (field: string) => StatusCause[],
): readonly StatusCause[] {
  const isBlank = (value: unknown) => value !== '' && String(value).trim() === ''
  const blank = 'must be non-empty if specified'
  return [
    ...(String(expression ?? '').trim() === ''
      ? [requiredValue(`${at}.expression`, 'expression is not specified')]
      : problemAt(`${at}.expression`)),
    ...(isBlank(messageExpression)
      ? [invalidValue(`${at}.messageExpression`, messageExpression, blank)]
      : problemAt(`${at}.messageExpression`)),
    ...(isBlank(message) ? [invalidValue(`${at}.message`, message, blank)] : []),
    ...(/[\n\r]/.test(String(message).trim()) ? [invalidValue(`${at}.message`, message, 'must not contain line breaks')] : []),
    ...(reason === undefined ? [] : oneOf({ reason }, 'reason', REASONS, at)),
  ]
}

function validateAnnotations(
  name: string,
  annotations: readonly Fields[],
  problemAt: (field: string) => StatusCause[],
): readonly StatusCause[] {
  const field = 'spec.auditAnnotations'
  const causes: StatusCause[] =
    annotations.length > MOST_ANNOTATIONS
      ? [invalidValue(field, annotations, `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`)]
      : []
  annotations.forEach(({ key, valueExpression }, index) => {
    const at = `${field}[${index}]`
    if (name === '') causes.push(invalidValue(`${at}.key`, key, 'requires metadata.name be non-empty'))
    else for (const problem of qualifiedNameErrors(`${name}/${key}`)) causes.push(invalidValue(`${at}.key`, `${name}/${key}`, problem))
    const text = String(valueExpression ?? '').trim()
    if (text === '') causes.push(requiredValue(`${at}.valueExpression`, 'valueExpression is not specified'))
    else if (text.length > LONGEST_ANNOTATION)
      causes.push(requiredValue(`${at}.valueExpression`, `must not exceed ${LONGEST_ANNOTATION} bytes in length`))
    else causes.push(...problemAt(`${at}.valueExpression`))
    if (annotations.findIndex((each) => each['key'] === key) < index) causes.push(duplicateValue(`${at}.key`, key))
  })
  return causes
}

const validateBinding = (spec: Fields): readonly StatusCause[] => [
  ...validateBindingSpec(spec),
  ...validateActions(texts(spec['validationActions'])),
]

function validateActions(actions: readonly string[]): readonly StatusCause[] {
  const field = 'spec.validationActions'
  const causes = actions.flatMap((action, index) => [
    ...(ACTIONS.includes(action) ? [] : [unsupportedValue(`${field}[${index}]`, action, ACTIONS)]),
    ...(actions.indexOf(action) < index ? [duplicateValue(`${field}[${index}]`, action)] : []),
  ])
  if (actions.includes('Deny') && actions.includes('Warn')) causes.push(invalidValue(field, actions, DENY_AND_WARN))
  if (actions.length === 0) causes.push(requiredValue(field, 'at least one validation action is required'))
  return causes
}

const DENY_AND_WARN =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
