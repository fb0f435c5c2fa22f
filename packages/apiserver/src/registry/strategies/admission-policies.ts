import { dns1035LabelErrors, dnsSubdomainErrors, parseApiVersion, type StatusCause } from '@kubewright/core'
import type { ExpressionProblem } from '../../admission/policies/policy-compiler.ts'
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fill, listAt, optionalFields } from '../fields.ts'
import { texts, validateConditions, validateRule, validateSelector } from './admission-rules.ts'

/** What validating and mutating policies of admission have in common. */
export function defaultPolicy(spec: Fields): void {
  fill(spec, { failurePolicy: 'Fail' })
  defaultMatching(optionalFields(spec, 'matchConstraints'))
}

export function defaultMatching(matching: Fields | undefined): void {
  if (matching === undefined) return
  fill(matching, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const rule of [...listAt(matching, 'resourceRules'), ...listAt(matching, 'excludeResourceRules')]) fill(rule, { scope: '*' })
}

export function oneOf(fields: Fields, field: string, supported: readonly string[], at: string): readonly StatusCause[] {
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

/** The causes of what does not compile under a field. */
export const problemsAt =
  (problems: readonly ExpressionProblem[]) =>
  (at: string): StatusCause[] =>
    problems.filter(({ field }) => field === at).map(({ field, expression, problem }) => invalidValue(field, expression, problem))

/** `checkConstraints`: what a sort of policies demands beside of what it is matched by. */
export function validatePolicySpec(
  spec: Fields,
  problems: readonly ExpressionProblem[],
  checkConstraints: (constraints: Fields) => readonly StatusCause[] = () => [],
): readonly StatusCause[] {
  const paramKind = optionalFields(spec, 'paramKind')
  const constraints = optionalFields(spec, 'matchConstraints')
  const problemAt = problemsAt(problems)
  return [
    ...oneOf(spec, 'failurePolicy', ['Fail', 'Ignore'], 'spec'),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind)),
    ...validateConstraints(constraints),
    ...(constraints === undefined ? [] : checkConstraints(constraints)),
    ...validateConditions(
      listAt(spec, 'matchConditions'),
      'spec.matchConditions',
      (_, index) => problems.find(({ field }) => field === `spec.matchConditions[${index}].expression`)?.problem,
    ),
    ...listAt(spec, 'variables').flatMap((variable, index) => [
      ...validateVariable(variable, `spec.variables[${index}]`),
      ...problemAt(`spec.variables[${index}].expression`),
    ]),
  ]
}

/** `checkMatching`: what a sort of policies demands beside of what a binding is matched by. */
export function validateBindingSpec(
  spec: Fields,
  checkMatching: (matching: Fields) => readonly StatusCause[] = () => [],
): readonly StatusCause[] {
  const { policyName } = spec
  const matching = optionalFields(spec, 'matchResources')
  const reference = optionalFields(spec, 'paramRef')
  return [
    ...(policyName
      ? dnsSubdomainErrors(String(policyName)).map((problem) => invalidValue('spec.policyName', policyName, problem))
      : [requiredValue('spec.policyName')]),
    ...(reference === undefined ? [] : validateReference(reference)),
    ...(matching === undefined ? [] : [...validateMatching(matching, 'spec.matchResources'), ...checkMatching(matching)]),
  ]
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
