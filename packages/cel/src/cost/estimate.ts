import type { Checked, Variables } from '../check/checker.ts'
import {
  ACCUMULATOR,
  type CallExpr,
  type Expr,
  type FoldExpr,
  type ListExpr,
  type MapExpr,
  OPERATOR,
  type SelectExpr,
} from '../syntax/ast.ts'
import { type CelType, DYN, typeName } from '../types/type.ts'
import { lengthOf } from '../values/text.ts'
import { type Argument, estimateCall, estimateConditional } from './call-estimate.ts'
import { MAKE_LIST, MAKE_MAP, MAKE_OBJECT, READ } from './constants.ts'
import { FREE, fixed, plus, type Range, times, UNBOUNDED, UNKNOWN, union } from './size.ts'

/** From a variable to a part of it: fields, `@items`, `@keys`, `@values`. Empty where an expression is no part of a variable. */
type Path = readonly string[]

interface EntrySize {
  readonly container: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

interface Local {
  readonly path: Path
  readonly size: Range | undefined
  readonly entries: EntrySize | undefined
}

/**
 * The least and the most that evaluating may cost, in Kubernetes' units, with the sizes that the variables' types allow. Follows cel-go step by step,
 * its oddities included: kube-apiserver refuses a rule by this number.
 */
export function estimateCost(checked: Checked, variables: Variables): Range {
  return new Estimator(checked, variables).cost(checked.root)
}

class Estimator {
  readonly #checked: Checked
  readonly #variables: Variables
  readonly #paths = new Map<Expr, Path>()
  readonly #sizes = new Map<Expr, Range>()
  readonly #entries = new Map<Expr, EntrySize>()
  readonly #locals = new Map<string, Local[]>()

  constructor(checked: Checked, variables: Variables) {
    this.#checked = checked
    this.#variables = variables
  }

  cost(expr: Expr): Range {
    switch (expr.is) {
      case 'literal':
        return FREE
      case 'ident':
        this.#paths.set(expr, this.#local(expr.name)?.path ?? [expr.name])
        return fixed(READ)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return plus(...expr.fields.map(({ value }) => this.cost(value)), fixed(MAKE_OBJECT))
      case 'fold':
        return isBinding(expr) ? this.#binding(expr) : this.#fold(expr)
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #within<T>(name: string, local: Local, inner: () => T): T {
    const stack = this.#locals.get(name) ?? []
    this.#locals.set(name, [...stack, local])
    const result = inner()
    this.#locals.set(name, stack)
    return result
  }

  #type(expr: Expr): CelType {
    return this.#checked.types.get(expr) ?? DYN
  }

  #path(expr: Expr): Path {
    return (expr.is === 'ident' ? this.#local(expr.name)?.path : undefined) ?? this.#paths.get(expr) ?? []
  }

  #select(expr: SelectExpr): Range {
    const reference = this.#checked.references.get(expr)
    if (reference !== undefined) {
      this.#paths.set(expr, [reference.is === 'variable' ? reference.name : typeName(reference.type)])
      return fixed(READ)
    }
    const operand = this.cost(expr.operand)
    // Asking whether a field is there is free, as it was before cel-go changed its mind.
    if (expr.test) return operand
    this.#paths.set(expr, [...this.#path(expr.operand), expr.field])
    const kind = this.#type(expr.operand).kind
    return kind === 'map' || kind === 'object' ? plus(operand, fixed(READ)) : operand
  }

  #call(expr: CallExpr): Range {
    if (expr.function === 'dyn' && expr.target === undefined) {
      const argument = expr.args[0]!
      const cost = this.cost(argument)
      this.#copySizes(expr, argument)
      return plus(cost, fixed(1))
    }
    const costs = expr.args.map((arg) => this.cost(arg))
    const resolution = this.#checked.calls.get(expr)
    if (resolution === undefined) return expr.function === OPERATOR.optionalSelect ? plus(...costs, fixed(1)) : FREE
    const args = expr.args.map((arg) => this.#argument(arg))
    const targetCost = resolution.member ? this.cost(expr.target!) : FREE
    const target = resolution.member ? this.#argument(expr.target!) : undefined
    let cost: Range = { min: UNBOUNDED, max: 0 }
    let size: Range | undefined
    for (const overload of resolution.overloads) {
      const one = this.#special(expr, costs) ?? estimateCall(overload, target, args)
      cost = union(cost, 'total' in one ? one.total : plus(one.cost, ...costs))
      if (one.resultSize !== undefined) size = size === undefined ? one.resultSize : union(size, one.resultSize)
      const step = expr.function === OPERATOR.index ? INDEX_STEP[overload.parameters[0]!.kind] : undefined
      if (step !== undefined) {
        size = this.#entrySize(expr.args[0]!)?.value
        this.#paths.set(expr, [...this.#path(expr.args[0]!), step])
      }
      size ??= this.#size(expr)
    }
    if (size !== undefined) this.#sizes.set(expr, size)
    return plus(targetCost, cost)
  }

  /** Calls that do not evaluate all of their arguments, or that pass the sizes of entries on. */
  #special(expr: CallExpr, costs: readonly Range[]): { readonly total: Range; readonly resultSize?: Range } | undefined {
    const [first, second, third] = expr.args
    switch (expr.function) {
      case OPERATOR.and:
      case OPERATOR.or:
        return { total: { min: costs[0]!.min, max: plus(...costs).max } }
      case OPERATOR.conditional:
        this.#joinEntries(expr, second!, third!)
        return { total: estimateConditional(costs), resultSize: union(this.#sizeOrUnknown(second!), this.#sizeOrUnknown(third!)) }
      case OPERATOR.add:
        this.#joinEntries(expr, first!, second!)
        return undefined
      default:
        return undefined
    }
  }

  #joinEntries(expr: Expr, a: Expr, b: Expr): void {
    const left = this.#entrySize(a)
    const right = this.#entrySize(b)
    if (left === undefined || right === undefined) return
    this.#entries.set(expr, { container: left.container, key: union(left.key, right.key), value: union(left.value, right.value) })
  }

  #list(expr: ListExpr): Range {
    const costs = expr.elements.map(({ value }) => this.cost(value))
    this.#entries.set(expr, { container: 'list', key: fixed(1), value: this.#unionOf(expr.elements.map(({ value }) => value)) })
    return plus(...costs, fixed(MAKE_LIST))
  }

  #map(expr: MapExpr): Range {
    const costs = expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)])
    const key = this.#unionOf(expr.entries.map((entry) => entry.key))
    const value = this.#unionOf(expr.entries.map((entry) => entry.value))
    this.#entries.set(expr, { container: 'map', key, value })
    return plus(...costs, fixed(MAKE_MAP))
  }

  #unionOf(exprs: readonly Expr[]): Range {
    return exprs.map((expr) => this.#sizeOrUnknown(expr)).reduce(union, { min: exprs.length === 0 ? 0 : UNBOUNDED, max: 0 })
  }

  #binding(expr: FoldExpr): Range {
    const range = this.cost(expr.range)
    const value = this.cost(expr.initial)
    const body = this.#within(expr.accumulator, this.#localOf(expr.initial), () => this.cost(expr.result))
    this.#copySizes(expr, expr.result)
    return plus(range, value, body)
  }

  #fold(expr: FoldExpr): Range {
    const before = plus(this.cost(expr.range), this.cost(expr.initial))
    const [each, result] = this.#within(expr.accumulator, this.#localOf(expr.initial), () => {
      const loop = this.#withIteration(expr, () => plus(this.cost(expr.condition), this.cost(expr.step)))
      return [loop, this.cost(expr.result)] as const
    })
    const count = this.#sizeOrUnknown(expr.range)
    if (expr.initial.is === 'literal') this.#copySize(expr, expr.initial)
    else if (expr.initial.is === 'list' || expr.initial.is === 'map') {
      this.#sizes.set(expr, count)
      const entries = this.#entrySize(expr.step)
      if (entries !== undefined) this.#entries.set(expr, entries)
    }
    return plus(before, result, times(count, each))
  }

  #withIteration<T>(expr: FoldExpr, inner: () => T): T {
    const entries = this.#entrySize(expr.range)
    const path = this.#path(expr.range)
    const isList = (entries?.container ?? this.#type(expr.range).kind) === 'list'
    const local = (step: string, size: Range | undefined): Local => ({ path: [...path, step], size, entries: undefined })
    const value = local(isList ? '@items' : '@values', entries?.value)
    if (expr.second === undefined) return this.#within(expr.variable, isList ? value : local('@keys', entries?.key), inner)
    const key = local(isList ? '@indices' : '@keys', entries?.key)
    return this.#within(expr.variable, key, () => this.#within(expr.second!, value, inner))
  }

  #localOf(expr: Expr): Local {
    return { path: this.#path(expr), size: this.#size(expr), entries: this.#entrySize(expr) }
  }

  #argument(expr: Expr): Argument {
    const path = this.#path(expr)[0] === ACCUMULATOR ? [] : this.#path(expr)
    return {
      type: this.#type(expr),
      size: this.#sizeOrUnknown(expr),
      elementSize: (path.length === 0 ? undefined : this.#declaredSize([...path, '@items'])) ?? UNKNOWN,
      expr,
    }
  }

  #sizeOrUnknown(expr: Expr): Range {
    return this.#size(expr) ?? UNKNOWN
  }

  #size(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr) ?? spelledSize(expr)
    if (known !== undefined) return known
    const declared = this.#declaredSize(this.#path(expr))
    if (declared !== undefined) {
      this.#sizes.set(expr, declared)
      return declared
    }
    if (isScalar(this.#type(expr))) return fixed(1)
    return expr.is === 'ident' ? this.#local(expr.name)?.size : undefined
  }

  /** The size that the types of the variables allow. kube-apiserver starts from `self` whatever the path's first step is. */
  #declaredSize(path: Path): Range | undefined {
    if (path.length === 0) return undefined
    let type: CelType | undefined = this.#variables[path[0]!] ?? this.#variables['self']
    for (const step of path.slice(1)) type = type === undefined ? undefined : stepInto(type, step)
    if (type === undefined) return undefined
    return { min: 0, max: 'maxElements' in type ? (type.maxElements ?? 0) : 0 }
  }

  #entrySize(expr: Expr): EntrySize | undefined {
    return this.#entries.get(expr) ?? (expr.is === 'ident' ? this.#local(expr.name)?.entries : undefined)
  }

  #copySize(to: Expr, from: Expr): void {
    const size = this.#size(from)
    if (size !== undefined) this.#sizes.set(to, size)
  }

  #copySizes(to: Expr, from: Expr): void {
    this.#copySize(to, from)
    const entries = this.#entrySize(from)
    if (entries !== undefined) this.#entries.set(to, entries)
  }
}

const INDEX_STEP: Readonly<Record<string, string>> = { list: '@items', map: '@values' }

function isBinding(expr: FoldExpr): boolean {
  return expr.accumulator !== ACCUMULATOR && expr.range.is === 'list' && expr.range.elements.length === 0
}

function stepInto(type: CelType, step: string): CelType | undefined {
  if (step === '@items' || step === '@values') return type.kind === 'list' ? type.element : type.kind === 'map' ? type.value : undefined
  if (step === '@keys') return type.kind === 'map' ? type.key : undefined
  return type.kind === 'object' ? type.fields.get(step)?.type : undefined
}

function spelledSize(expr: Expr): Range | undefined {
  if (expr.is === 'list') return fixed(expr.elements.length)
  if (expr.is === 'map') return fixed(expr.entries.length)
  if (expr.is !== 'literal') return undefined
  const { literal } = expr
  return fixed(literal.of === 'string' ? lengthOf(literal.value) : literal.of === 'bytes' ? literal.value.length : 1)
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

function isScalar(type: CelType): boolean {
  return SCALARS.has(type.kind) || (type.kind === 'opaque' && type.name === 'optional_type' && isScalar(type.parameters[0]!))
}
