import { dns1035LabelErrors, dnsSubdomainErrors, type StatusCause } from '@kubewright/core'
import type { CelEngine } from '../../admission/cel-engine.ts'
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { defaultClientConfig, validateClientConfig } from '../../webhooks/client-config.ts'
import { type Fields, fieldsAt, fill, listAt } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { texts, validateConditions, validateRule, validateSelector } from './admission-rules.ts'

const SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const REVIEW_VERSIONS = ['v1', 'v1beta1']

/** `cel`: evaluates match conditions; without it a configuration that has some is refused, for its webhook would be called too often. */
export const webhookConfigurations = (kind: 'validating' | 'mutating', cel?: CelEngine): Strategy => ({
  ...defaultStrategy,
  anyFinalizer: true,
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
    ...conditionsOf(webhook, `${at}.matchConditions`, cel),
  ]
}

function validateName(name: string, field: string): readonly StatusCause[] {
  if (name === '') return [requiredValue(field)]
  const problems = dnsSubdomainErrors(name).map((problem) => invalidValue(field, name, problem))
  if (problems.length > 0 || name.split('.').length >= 3) return problems
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')]
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

function conditionsOf(webhook: Fields, field: string, cel: CelEngine | undefined): readonly StatusCause[] {
  const conditions = listAt(webhook, 'matchConditions')
  if (conditions.length > 0 && cel === undefined)
    return [forbiddenValue(field, 'this server does not evaluate match conditions: use rules and selectors, or decide in the webhook')]
  return validateConditions(conditions, field, (expression) => {
    const compiled = cel?.compile(expression)
    return compiled?.is === 'invalid' ? compiled.problem : undefined
  })
}
