import { isSelectorError, type LabelSelectorSpec, labelSelectorOf, type StatusCause } from '@kubewright/core'
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import type { Fields } from '../fields.ts'

// What webhooks and policies of admission have in common: for which writes they are asked.

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const MOST_CONDITIONS = 64

export function validateRule(rule: Fields, at: string): readonly StatusCause[] {
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

export function validateSelector(selector: unknown, field: string): readonly StatusCause[] {
  try {
    labelSelectorOf((selector ?? {}) as LabelSelectorSpec)
    return []
  } catch (error) {
    if (!isSelectorError(error)) throw error
    return [invalidValue(field, selector, error.reason)]
  }
}

/** `problemOf`: what is wrong with an expression. */
export function validateConditions(
  conditions: readonly Fields[],
  field: string,
  problemOf: (expression: string, index: number) => string | undefined,
): readonly StatusCause[] {
  const causes: StatusCause[] =
    conditions.length > MOST_CONDITIONS
      ? [{ reason: 'FieldValueTooMany', message: `Too many: ${conditions.length}: must have at most ${MOST_CONDITIONS} items`, field }]
      : []
  conditions.forEach(({ name, expression }, index) => {
    const at = `${field}[${index}]`
    if (!name) causes.push(requiredValue(`${at}.name`))
    else if (conditions.findIndex((each) => each['name'] === name) < index) causes.push(duplicateValue(`${at}.name`, name))
    const text = String(expression ?? '').trim()
    const problem = text === '' ? undefined : problemOf(text, index)
    if (text === '') causes.push(requiredValue(`${at}.expression`))
    else if (problem !== undefined) causes.push(invalidValue(`${at}.expression`, expression, problem))
  })
  return causes
}

export const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
