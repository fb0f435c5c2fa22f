import type { KubeObject } from 'kubewright'
import { parseFieldPath } from '../fields/field-path.ts'
import type { PolicySpec } from '../kinds/policies.ts'

export type Predicate = (object: KubeObject) => boolean

type Conditions = NonNullable<PolicySpec['conditions']>
type Comparison = NonNullable<Conditions['and']>[number]
type LabelCondition = NonNullable<Conditions['hasLabels']>[number]

export interface CompiledConditions {
  readonly holds: Predicate
  readonly metadataOnly: boolean
}

/**
 * All conditions as one predicate. They depend on nothing but the object: what changes with time is the expiry's business.
 * @throws Error naming the field and the mend when a condition cannot be meant.
 */
export function compileConditions(conditions: Conditions | undefined): CompiledConditions {
  const { phase, hasLabels = [], hasAnnotations = [], and = [] } = conditions ?? {}
  const comparisons = and.map((comparison, index) => compileComparison(comparison, `conditions.and[${index}]`))
  const predicates: Predicate[] = [
    ...(phase === undefined ? [] : [phaseIs(phase)]),
    ...hasLabels.map((label, index) => compileLabel(label, `conditions.hasLabels[${index}]`)),
    ...hasAnnotations.map(({ key, value }): Predicate => {
      return ({ metadata: { annotations } }) => hasOwn(annotations, key) && (value === undefined || annotations![key] === value)
    }),
    ...comparisons.map((comparison) => comparison.holds),
  ]
  return {
    holds: (object) => predicates.every((predicate) => predicate(object)),
    metadataOnly: phase === undefined && comparisons.every((comparison) => comparison.metadataOnly),
  }
}

function phaseIs(phases: readonly string[]): Predicate {
  const path = parseFieldPath('status.phase')
  return (object) => phases.includes(path.first(object) as string)
}

function compileLabel({ key, operator, value }: LabelCondition, field: string): Predicate {
  if (operator === 'Exists') return ({ metadata: { labels } }) => hasOwn(labels, key)
  if (value === undefined) throw new Error(`${field}.value is required for operator ${operator}`)
  const values = operator === 'Equals' ? [value] : value.split(',').map((part) => part.trim())
  const has = (labels: Readonly<Record<string, string>> | undefined) => hasOwn(labels, key) && values.includes(labels![key]!)
  return operator === 'NotIn' ? ({ metadata: { labels } }) => !has(labels) : ({ metadata: { labels } }) => has(labels)
}

function compileComparison({ fieldPath, operator, value, values }: Comparison, field: string): CompiledConditions {
  const path = parseFieldPath(fieldPath)
  const wanted = wantedTexts(operator, value, values, field)
  const present = (object: KubeObject) => path.all(object).flatMap(scalars)
  const some = (object: KubeObject) => present(object).some((found) => wanted.has(found))
  switch (operator) {
    case 'Exists':
      return { holds: (object) => exists(path.all(object)), metadataOnly: path.metadataOnly }
    case 'DoesNotExist':
      return { holds: (object) => !exists(path.all(object)), metadataOnly: path.metadataOnly }
    case 'Equals':
    case 'In':
      return { holds: some, metadataOnly: path.metadataOnly }
    // An object without the field is kept: zen-gc's rule, and the side on which nothing is deleted.
    case 'NotEquals':
    case 'NotIn':
      return { holds: (object) => present(object).length > 0 && !some(object), metadataOnly: path.metadataOnly }
  }
}

function wantedTexts(
  operator: Comparison['operator'],
  value: Comparison['value'],
  values: Comparison['values'],
  field: string,
): ReadonlySet<string> {
  switch (operator) {
    case 'Exists':
    case 'DoesNotExist':
      if (value !== undefined || values !== undefined)
        throw new Error(`${field}: operator ${operator} takes no value; remove value and values`)
      return new Set()
    case 'Equals':
    case 'NotEquals':
      if (value === undefined || values !== undefined) throw new Error(`${field}: operator ${operator} takes one "value", and no "values"`)
      return new Set([String(value)])
    case 'In':
    case 'NotIn':
      if (values === undefined || values.length === 0 || value !== undefined)
        throw new Error(`${field}: operator ${operator} takes "values", at least one, and no "value"`)
      return new Set(values.map(String))
  }
}

const exists = (found: readonly unknown[]) => found.some((value) => value !== undefined && value !== null)

/**
 * What a value offers for comparison: numbers and booleans as their text (YAML's 0 and "0" mean the same to people), lists item by item, objects
 * nothing.
 */
export function scalars(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(scalars)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}

// Label keys may be `constructor` or `__proto__`.
function hasOwn(record: Readonly<Record<string, string>> | undefined, key: string): boolean {
  return record !== undefined && Object.hasOwn(record, key)
}
