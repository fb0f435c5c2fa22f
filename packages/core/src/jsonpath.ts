import { isJsonObject } from './json-object.ts'

/** A parsed JSONPath in Kubernetes' dialect; make one with {@link parseJsonPath}. */
export interface JsonPath {
  readonly text: string
  readonly steps: readonly JsonPathStep[]
}

/** One step of a parsed JSONPath. */
export type JsonPathStep =
  | { readonly kind: 'field'; readonly name: string }
  /** Negative: from the end. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from: number; readonly to: number | undefined; readonly stride: number }
  | { readonly kind: 'all' }
  /** The value itself and everything in it. */
  | { readonly kind: 'descent' }
  | { readonly kind: 'filter'; readonly filter: JsonPathFilter }
  | { readonly kind: 'union'; readonly steps: readonly JsonPathStep[] }

/** How a filter of a JSONPath compares. */
export type JsonPathOperator = '==' | '!=' | '<' | '<=' | '>' | '>='
/** A side of a comparison: a value, or a path from the item that is looked at. */
export type JsonPathOperand = { readonly literal: string | number | boolean } | { readonly steps: readonly JsonPathStep[] }

/** What is in the brackets of `[?(…)]`. */
export type JsonPathFilter =
  | { readonly operator: 'exists'; readonly left: readonly JsonPathStep[] }
  | { readonly operator: JsonPathOperator; readonly left: JsonPathOperand; readonly right: JsonPathOperand }

/** All values at the path, in document order; none when there is nothing, which is never an error. */
export function evaluateJsonPath(path: JsonPath, value: unknown): readonly unknown[] {
  return walk(path.steps, [value])
}

function walk(steps: readonly JsonPathStep[], values: readonly unknown[]): readonly unknown[] {
  return steps.reduce((reached, step) => reached.flatMap((value) => next(step, value)), values)
}

function next(step: JsonPathStep, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
    case 'index':
      return Array.isArray(value) && Math.abs(step.index + 0.5) < value.length ? [value.at(step.index)] : []
    case 'slice':
      return Array.isArray(value) ? slice(value, step.from, step.to, step.stride) : []
    case 'all':
      return children(value)
    case 'descent':
      return descendants(value)
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => holds(step.filter, item)) : []
    case 'union':
      return step.steps.flatMap((one) => next(one, value))
  }
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isJsonObject(value) ? Object.values(value) : []
}

function descendants(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(descendants)]
}

function slice(list: readonly unknown[], from: number, to: number | undefined, stride: number): readonly unknown[] {
  return list.slice(from, to).filter((_, index) => index % stride === 0)
}

/** An operand that is missing, or is more than one value, compares with nothing: not even `!=` holds, as kubectl has it. */
function holds(filter: JsonPathFilter, item: unknown): boolean {
  if (filter.operator === 'exists') return walk(filter.left, [item]).length > 0
  const left = operandValues(filter.left, item)
  const right = operandValues(filter.right, item)
  return left.length === 1 && right.length === 1 && compare(left[0], filter.operator, right[0])
}

function operandValues(operand: JsonPathOperand, item: unknown): readonly unknown[] {
  return 'literal' in operand ? [operand.literal] : walk(operand.steps, [item])
}

/** Values of different types are different, and have no order. */
function compare(left: unknown, operator: JsonPathOperator, right: unknown): boolean {
  if (operator === '==') return left === right
  if (operator === '!=') return left !== right
  const comparable = (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string')
  if (!comparable) return false
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}
