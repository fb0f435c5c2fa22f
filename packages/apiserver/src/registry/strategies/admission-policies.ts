import { dns1035LabelErrors, dnsSubdomainErrors, parseApiVersion, qualifiedNameErrors, type StatusCause } from '@kubewright/core'
import { compilePolicy, type ExpressionProblem } from '../../admission/policies/compiled-policy.ts'
import type { ValidatingPolicySpec } from '../../admission/policies/policy.ts'
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { texts, validateConditions, validateRule, validateSelector } from './admission-rules.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const ACTIONS = ['Audit', 'Deny', 'Warn']
const MOST_ANNOTATIONS = 20
/** Bytes of an expression. */
const LONGEST_ANNOTATION = 5 * 1024

export const validatingPolicies: Strategy = {
  ...defaultStrategy,
  unconditionalUpdate: false,
  generation: true,
  statusSeparated: true,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    fill(spec, { failurePolicy: 'Fail' })
    defaultMatching(optionalFields(spec, 'matchConstraints'))
  },
  validate: (object) => validatePolicy(object.metadata.name ?? '', optionalFields(object as Fields, 'spec') ?? {}),
}

export const validatingPolicyBindings: Strategy = {
  ...defaultStrategy,
  unconditionalUpdate: false,
  generation: true,
  defaults: (draft) => defaultMatching(optionalFields(fieldsAt(draft, 'spec'), 'matchResources')),
  validate: (object) => validateBinding(optionalFields(object as Fields, 'spec') ?? {}),
}

function defaultMatching(matching: Fields | undefined): void {
  if (matching === undefined) return
  fill(matching, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const rule of [...listAt(matching, 'resourceRules'), ...listAt(matching, 'excludeResourceRules')]) fill(rule, { scope: '*' })
}

function validatePolicy(name: string, spec: Fields): readonly StatusCause[] {
  const { problems } = compilePolicy(spec as unknown as ValidatingPolicySpec)
  const problemAt = (field: string): StatusCause[] => problems.filter((each) => each.field === field).map(causeOf)
  const [variables, validations, annotations] = [listAt(spec, 'variables'), listAt(spec, 'validations'), listAt(spec, 'auditAnnotations')]
  const paramKind = optionalFields(spec, 'paramKind')
  return [
    ...oneOf(spec, 'failurePolicy', ['Fail', 'Ignore'], 'spec'),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind)),
    ...validateConstraints(optionalFields(spec, 'matchConstraints')),
    ...validateConditions(
      listAt(spec, 'matchConditions'),
      'spec.matchConditions',
      (_, index) => problems.find(({ field }) => field === `spec.matchConditions[${index}].expression`)?.problem,
    ),
    ...variables.flatMap((variable, index) => [
      ...validateVariable(variable, `spec.variables[${index}]`),
      ...problemAt(`spec.variables[${index}].expression`),
    ]),
    ...(validations.length + annotations.length > 0 ? [] : ['spec.validations', 'spec.auditAnnotations'].map(needsSome)),
    ...validations.flatMap((validation, index) => validateValidation(validation, `spec.validations[${index}]`, problemAt)),
    ...validateAnnotations(name, annotations, problemAt),
  ]
}

const needsSome = (field: string): StatusCause => requiredValue(field, 'validations or auditAnnotations must contain at least one item')

const causeOf = ({ field, expression, problem }: ExpressionProblem): StatusCause => invalidValue(field, expression, problem)

function oneOf(fields: Fields, field: string, supported: readonly string[], at: string): readonly StatusCause[] {
  const value = fields[field]
  return value === undefined || supported.includes(String(value)) ? [] : [unsupportedValue(`${at}.${field}`, value, supported)]
}

function validateParamKind({ apiVersion, kind }: Fields): readonly StatusCause[] {
  const at = 'spec.paramKind'
  const causes: StatusCause[] = []
  if (!apiVersion) causes.push(requiredValue(`${at}.apiVersion`))
  else if (String(apiVersion).split('/').length > 2)
    causes.push(invalidValue(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${String(apiVersion)}`))
  else {
    const { group, version } = parseApiVersion(String(apiVersion))
    const groupProblems = group === '' ? [] : dnsSubdomainErrors(group)
    const versionProblems = dns1035LabelErrors(version)
    if (groupProblems.length > 0) causes.push(invalidValue(`${at}.apiVersion`, group, groupProblems.join(',')))
    if (version === '') causes.push(invalidValue(`${at}.apiVersion`, apiVersion, 'version must be specified'))
    else if (versionProblems.length > 0) causes.push(invalidValue(`${at}.apiVersion`, version, versionProblems.join(',')))
  }
  const kindProblems = kind ? dns1035LabelErrors(String(kind).toLowerCase()) : []
  if (!kind) causes.push(requiredValue(`${at}.kind`))
  else if (kindProblems.length > 0)
    causes.push(invalidValue(`${at}.kind`, kind, `may have mixed case, but should otherwise match: ${kindProblems.join(',')}`))
  return causes
}

function validateConstraints(constraints: Fields | undefined): readonly StatusCause[] {
  if (constraints === undefined) return [requiredValue('spec.matchConstraints')]
  return [
    ...validateMatching(constraints, 'spec.matchConstraints'),
    ...(listAt(constraints, 'resourceRules').length === 0 ? [requiredValue('spec.matchConstraints.resourceRules')] : []),
  ]
}

function validateMatching(matching: Fields, at: string): readonly StatusCause[] {
  const rules = (field: string) =>
    listAt(matching, field).flatMap((rule, index) => [
      ...validateNames(texts(rule['resourceNames']), `${at}.${field}[${index}].resourceNames`),
      ...validateRule(rule, `${at}.${field}[${index}]`),
    ])
  return [
    ...oneOf(matching, 'matchPolicy', ['Equivalent', 'Exact'], at),
    ...validateSelector(matching['namespaceSelector'], `${at}.namespaceSelector`),
    ...validateSelector(matching['objectSelector'], `${at}.objectSelector`),
    ...rules('resourceRules'),
    ...rules('excludeResourceRules'),
  ]
}

function validateNames(names: readonly string[], field: string): readonly StatusCause[] {
  return names.flatMap((name, index) => [
    ...pathProblems(name).map((problem) => invalidValue(`${field}[${index}]`, name, problem)),
    ...(names.indexOf(name) < index ? [duplicateValue(`${field}[${index}]`, name)] : []),
  ])
}

/** What a name in a path may not be. */
function pathProblems(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`)
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

function validateVariable({ name, expression }: Fields, at: string): readonly StatusCause[] {
  const text = String(name ?? '')
  const isName = IDENTIFIER.test(text) && !RESERVED.has(text)
  return [
    ...(text.trim() === ''
      ? [requiredValue(`${at}.name`, 'name is not specified')]
      : isName
        ? []
        : [invalidValue(`${at}.name`, name, 'must be a valid CEL identifier')]),
    ...(String(expression ?? '').trim() === '' ? [requiredValue(`${at}.expression`, 'expression is not specified')] : []),
  ]
}

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

function validateBinding(spec: Fields): readonly StatusCause[] {
  const { policyName } = spec
  const matching = optionalFields(spec, 'matchResources')
  const reference = optionalFields(spec, 'paramRef')
  return [
    ...(policyName
      ? dnsSubdomainErrors(String(policyName)).map((problem) => invalidValue('spec.policyName', policyName, problem))
      : [requiredValue('spec.policyName')]),
    ...(reference === undefined ? [] : validateReference(reference)),
    ...(matching === undefined ? [] : validateMatching(matching, 'spec.matchResources')),
    ...validateActions(texts(spec['validationActions'])),
  ]
}

function validateReference({ name, selector, parameterNotFoundAction: action }: Fields): readonly StatusCause[] {
  const at = 'spec.paramRef'
  const both = (field: string) => forbiddenValue(`${at}.${field}`, 'name and selector are mutually exclusive')
  const hasSelector = selector !== undefined && selector !== null
  return [
    ...(name ? pathProblems(String(name)).map((problem) => invalidValue(`${at}.name`, name, problem)) : []),
    ...(name && hasSelector ? [both('name')] : []),
    ...(hasSelector ? validateSelector(selector, `${at}.selector`) : []),
    ...(name && hasSelector ? [both('selector')] : []),
    ...(!name && !hasSelector ? [requiredValue(at, 'one of name or selector must be specified')] : []),
    ...(action
      ? oneOf({ parameterNotFoundAction: action }, 'parameterNotFoundAction', ['Deny', 'Allow'], at)
      : [requiredValue(`${at}.parameterNotFoundAction`)]),
  ]
}

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
