import {
  dns1035LabelErrors,
  dnsSubdomainErrors,
  isSelectorError,
  type LabelSelectorSpec,
  labelSelectorOf,
  type StatusCause,
} from '@kubewright/core'
import type { CelEngine } from '../../admission/cel-engine.ts'
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { defaultClientConfig, validateClientConfig } from '../../webhooks/client-config.ts'
import { type Fields, fieldsAt, fill, listAt } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const MOST_CONDITIONS = 64

/** `cel`: evaluates match conditions; without it a configuration that has some is refused, for its webhook would be called too often. */
export const webhookConfigurations = (kind: 'validating' | 'mutating', cel?: CelEngine): Strategy => ({
  ...defaultStrategy,
  unconditionalUpdate: false,
  generation: true,
  defaults(draft) {
    for (const webhook of listAt(draft, 'webhooks')) {
      fill(webhook, { failurePolicy: 'Fail', matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 })
      if (kind === 'mutating') fill(webhook, { reinvocationPolicy: 'Never' })
      for (const rule of listAt(webhook, 'rules')) fill(rule, { scope: '*' })
      defaultClientConfig(fieldsAt(webhook, 'clientConfig'))
    }
  },
  validate(object) {
    const webhooks = listAt(object as Fields, 'webhooks')
    return webhooks.flatMap((webhook, index) => {
      const at = `webhooks[${index}]`
      const isTwice = webhooks.findIndex(({ name }) => name === webhook['name']) < index
      return [
        ...validateWebhook(webhook, kind, at, cel),
        ...validateReviewVersions(texts(webhook['admissionReviewVersions']), `${at}.admissionReviewVersions`),
        ...(isTwice ? [duplicateValue(`${at}.name`, webhook['name'])] : []),
      ]
    })
  },
})

function validateWebhook(webhook: Fields, kind: 'validating' | 'mutating', at: string, cel: CelEngine | undefined): readonly StatusCause[] {
  const oneOf = (field: string, supported: readonly string[]) =>
    webhook[field] === undefined || supported.includes(String(webhook[field]))
      ? []
      : [unsupportedValue(`${at}.${field}`, webhook[field], supported)]
  const { timeoutSeconds: seconds } = webhook
  return [
    ...validateName(String(webhook['name'] ?? ''), `${at}.name`),
    ...listAt(webhook, 'rules').flatMap((rule, index) => validateRule(rule, `${at}.rules[${index}]`)),
    ...oneOf('failurePolicy', ['Fail', 'Ignore']),
    ...oneOf('matchPolicy', ['Equivalent', 'Exact']),
    ...(webhook['sideEffects'] === undefined || webhook['sideEffects'] === null
      ? [requiredValue(`${at}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`)]
      : oneOf('sideEffects', SIDE_EFFECTS)),
    ...(typeof seconds === 'number' && (seconds < 1 || seconds > 30)
      ? [invalidValue(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...validateSelector(webhook['namespaceSelector'], `${at}.namespaceSelector`),
    ...validateSelector(webhook['objectSelector'], `${at}.objectSelector`),
    ...(kind === 'mutating' ? oneOf('reinvocationPolicy', ['IfNeeded', 'Never']) : []),
    ...validateClientConfig(webhook['clientConfig'], `${at}.clientConfig`),
    ...validateConditions(listAt(webhook, 'matchConditions'), `${at}.matchConditions`, cel),
  ]
}

function validateName(name: string, field: string): readonly StatusCause[] {
  if (name === '') return [requiredValue(field)]
  const problems = dnsSubdomainErrors(name).map((problem) => invalidValue(field, name, problem))
  if (problems.length > 0 || name.split('.').length >= 3) return problems
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')]
}

function validateRule(rule: Fields, at: string): readonly StatusCause[] {
  const lists = { operations: texts(rule['operations']), apiGroups: texts(rule['apiGroups']), apiVersions: texts(rule['apiVersions']) }
  const alone = (list: readonly string[], field: string, what: string) =>
    list.length > 1 && list.includes('*') ? [invalidValue(`${at}.${field}`, list, `if '*' is present, must not specify other ${what}`)] : []
  const some = (list: readonly string[], field: string) => (list.length === 0 ? [requiredValue(`${at}.${field}`)] : [])
  return [
    ...some(lists.operations, 'operations'),
    ...alone(lists.operations, 'operations', 'operations'),
    ...lists.operations.flatMap((operation, index) =>
      OPERATIONS.includes(operation) ? [] : [unsupportedValue(`${at}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...some(lists.apiGroups, 'apiGroups'),
    ...alone(lists.apiGroups, 'apiGroups', 'API groups'),
    ...some(lists.apiVersions, 'apiVersions'),
    ...alone(lists.apiVersions, 'apiVersions', 'API versions'),
    ...lists.apiVersions.flatMap((version, index) => (version === '' ? [requiredValue(`${at}.apiVersions[${index}]`)] : [])),
    ...validateResources(texts(rule['resources']), `${at}.resources`),
    ...(rule['scope'] === undefined || SCOPES.includes(String(rule['scope']))
      ? []
      : [unsupportedValue(`${at}.scope`, rule['scope'], SCOPES)]),
  ]
}

function validateResources(resources: readonly string[], field: string): readonly StatusCause[] {
  if (resources.length === 0) return [requiredValue(field)]
  const problems = resources.flatMap((resource, index) => {
    const at = `${field}[${index}]`
    if (resource === '') return [requiredValue(at)]
    const [name = '', part] = resource.split('/')
    if (part === undefined) return []
    const before = resources.slice(0, index)
    if (before.includes(`${name}/*`)) return [invalidValue(at, resource, `if '${name}/*' is present, must not specify ${resource}`)]
    return before.includes(`*/${part}`) ? [invalidValue(at, resource, `if '*/${part}' is present, must not specify ${resource}`)] : []
  })
  if (resources.length > 1 && resources.includes('*/*'))
    return [...problems, invalidValue(field, resources, "if '*/*' is present, must not specify other resources")]
  const hasPlain = resources.some((resource) => resource !== '*' && !resource.includes('/'))
  if (!resources.includes('*') || !hasPlain) return problems
  return [...problems, invalidValue(field, resources, "if '*' is present, must not specify other resources without subresources")]
}

function validateReviewVersions(versions: readonly string[], field: string): readonly StatusCause[] {
  if (versions.length === 0) return [requiredValue(field, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)]
  const problems = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${field}[${index}]`, version, 'duplicate version')]
      : dns1035LabelErrors(version).map((problem) => invalidValue(`${field}[${index}]`, version, problem)),
  )
  return versions.some((version) => REVIEW_VERSIONS.includes(version))
    ? problems
    : [...problems, invalidValue(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}

function validateSelector(selector: unknown, field: string): readonly StatusCause[] {
  try {
    labelSelectorOf((selector ?? {}) as LabelSelectorSpec)
    return []
  } catch (error) {
    if (!isSelectorError(error)) throw error
    return [invalidValue(field, selector, error.reason)]
  }
}

function validateConditions(conditions: readonly Fields[], field: string, cel: CelEngine | undefined): readonly StatusCause[] {
  if (conditions.length === 0) return []
  if (cel === undefined)
    return [
      forbiddenValue(
        field,
        'the embedded API server does not evaluate match conditions yet: use rules and selectors, or decide in the webhook',
      ),
    ]
  const causes: StatusCause[] =
    conditions.length > MOST_CONDITIONS
      ? [{ reason: 'FieldValueTooMany', message: `Too many: ${conditions.length}: must have at most ${MOST_CONDITIONS} items`, field }]
      : []
  conditions.forEach(({ name, expression }, index) => {
    const at = `${field}[${index}]`
    if (!name) causes.push(requiredValue(`${at}.name`))
    else if (conditions.findIndex((each) => each['name'] === name) < index) causes.push(duplicateValue(`${at}.name`, name))
    const text = String(expression ?? '').trim()
    if (text === '') causes.push(requiredValue(`${at}.expression`))
    else {
      const compiled = cel.compile(text)
      if (compiled.is === 'invalid') causes.push(invalidValue(`${at}.expression`, expression, compiled.problem))
    }
  })
  return causes
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
