import type { Checked, Variables } from '../check/checker.ts'
import { MAKE_LIST, MAKE_MAP, MAKE_OBJECT, READ } from '../cost/constants.ts'
import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import {
  type CallExpr,
  type Expr,
  type FoldExpr,
  type ListExpr,
  type Literal,
  type MapExpr,
  OPERATOR,
  type SelectExpr,
  type StructExpr,
} from '../syntax/ast.ts'
import type { ObjectType } from '../types/type.ts'
import { fits } from '../values/kind.ts'
import { MadeObject } from '../values/made-object.ts'
import { ArrayList, type CelValue, Double, EntryMap, keyText, Optional, TypeValue, Uint } from '../values/value.ts'
import { compileCall } from './calls.ts'
import { fieldOf, hasField, optionalField } from './fields.ts'
import { compileFold } from './fold.ts'
import type { Step } from './frame.ts'
import { compileAnd, compileConditional, compileOr, notStrictlyFalse } from './logic.ts'

/** Names in scope, and the slots that hold them. */
export interface Scope {
  slotOf(name: string): number
  /** A scope with one more name, which hides another of that name. */
  with(name: string): Scope
}

const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'])

export class Compiler {
  readonly checked: Checked
  #slots = 0

  constructor(checked: Checked) {
    this.checked = checked
  }

  /** How many slots the compiled steps use. */
  get slots(): number {
    return this.#slots
  }

  scope(variables: Variables): Scope {
    return Object.keys(variables).reduce((scope, name) => scope.with(name), this.#scope(new Map()))
  }

  #scope(names: ReadonlyMap<string, number>): Scope {
    return {
      slotOf: (name) => names.get(name)!,
      with: (name) => this.#scope(new Map(names).set(name, this.#slots++)),
    }
  }

  compile(expr: Expr, scope: Scope): Step {
    const constant = this.constantOf(expr)
    if (constant !== undefined) return () => constant
    switch (expr.is) {
      case 'ident':
        return this.#variable(expr.name.replace(/^\./, ''), scope)
      case 'select':
        return this.#select(expr, scope)
      case 'call':
        return this.#call(expr, scope)
      case 'list':
        return this.#list(expr, scope)
      case 'map':
        return this.#map(expr, scope)
      case 'struct':
        return this.#struct(expr, scope)
      case 'fold':
        return this.#fold(expr, scope)
      default:
        throw new Error(`a ${expr.is} that is no constant passed the checker`)
    }
  }

  /** The value of an expression that is the same each time: made once, for nothing. */
  constantOf(expr: Expr): CelValue | undefined {
    const reference = this.checked.references.get(expr)
    if (reference?.is === 'type') return new TypeValue(reference.type)
    if (expr.is === 'literal') return constantValue(expr.literal)
    if (expr.is === 'call') return this.#converted(expr)
    if (expr.is === 'list') {
      const values = expr.elements.map(({ value, optional }) => (optional ? undefined : this.constantOf(value)))
      return values.every((value) => value !== undefined) ? new ArrayList(values) : undefined
    }
    return undefined
  }

  /** A conversion of a constant, which kube-apiserver makes when it compiles: one that fails makes the rule invalid. */
  #converted(expr: CallExpr): CelValue | undefined {
    const [arg] = expr.args
    if (arg === undefined || expr.args.length > 1 || expr.target !== undefined || !CONVERSIONS.has(expr.function)) return undefined
    const value = this.constantOf(arg)
    const overloads = this.checked.calls.get(expr)?.overloads
    return value === undefined ? undefined : overloads?.find(({ parameters }) => fits(value, parameters[0]!))?.evaluate(value)
  }

  #variable(name: string, scope: Scope): Step {
    const slot = scope.slotOf(name)
    return (frame) => {
      frame.charge(READ)
      const value = frame.slots[slot]
      if (value === undefined) throw new CelEvaluationError(`no such attribute(s): ${name}`)
      if (value instanceof CelEvaluationError) throw value
      return value
    }
  }

  #select(expr: SelectExpr, scope: Scope): Step {
    const reference = this.checked.references.get(expr)
    if (reference?.is === 'variable') return this.#variable(reference.name, scope)
    const operand = this.compile(expr.operand, scope)
    const { field } = expr
    if (expr.test) return (frame) => hasField(operand(frame), field)
    return (frame) => {
      const value = operand(frame)
      frame.charge(READ)
      return fieldOf(value, field)
    }
  }

  #call(expr: CallExpr, scope: Scope): Step {
    const steps = expr.args.map((arg) => this.compile(arg, scope))
    switch (expr.function) {
      case OPERATOR.and:
        return compileAnd(steps[0]!, steps[1]!)
      case OPERATOR.or:
        return compileOr(steps[0]!, steps[1]!)
      case OPERATOR.conditional:
        return compileConditional(steps[0]!, steps[1]!, steps[2]!)
      case OPERATOR.notStrictlyFalse:
        return notStrictlyFalse(steps[0]!)
      case OPERATOR.optionalSelect: {
        const field = this.constantOf(expr.args[1]!) as string
        return (frame) => {
          const value = steps[0]!(frame)
          frame.charge(READ)
          return optionalField(value, field)
        }
      }
    }
    const resolution = this.checked.calls.get(expr)
    if (resolution === undefined) throw new Error(`the call of ${expr.function} passed the checker unresolved`)
    const exprs = resolution.member ? [expr.target!, ...expr.args] : expr.args
    return compileCall(
      resolution,
      resolution.member ? [this.compile(expr.target!, scope), ...steps] : steps,
      exprs.map((arg) => this.checked.types.get(arg)!),
      exprs.map((arg) => this.constantOf(arg)),
    )
  }

  #list(expr: ListExpr, scope: Scope): Step {
    const elements = expr.elements.map(({ value, optional }) => ({ step: this.compile(value, scope), optional }))
    return (frame) => {
      const values: CelValue[] = []
      for (const { step, optional } of elements) {
        const value = optional ? unwrap(step(frame)) : step(frame)
        if (value !== undefined) values.push(value)
      }
      frame.charge(MAKE_LIST)
      return new ArrayList(values)
    }
  }

  #map(expr: MapExpr, scope: Scope): Step {
    const entries = expr.entries.map(({ key, value, optional }) => ({
      key: this.compile(key, scope),
      value: this.compile(value, scope),
      optional,
    }))
    return (frame) => {
      const made = new Map<string, readonly [CelValue, CelValue]>()
      for (const entry of entries) {
        const key = entry.key(frame)
        const value = entry.optional ? unwrap(entry.value(frame)) : entry.value(frame)
        const text = keyText(key)
        if (text === undefined) throw new CelEvaluationError('unsupported key type')
        if (value !== undefined) made.set(text, [key, value])
      }
      frame.charge(MAKE_MAP)
      return new EntryMap(made)
    }
  }

  #struct(expr: StructExpr, scope: Scope): Step {
    const type = this.checked.types.get(expr) as ObjectType
    const fields = expr.fields.map(({ name, value, optional }) => ({ name, step: this.compile(value, scope), optional }))
    return (frame) => {
      const made = new Map<string, CelValue>()
      for (const { name, step, optional } of fields) {
        const value = optional ? unwrap(step(frame)) : step(frame)
        if (value !== undefined) made.set(name, value)
      }
      frame.charge(MAKE_OBJECT)
      return new MadeObject(type, made)
    }
  }

  #fold(expr: FoldExpr, scope: Scope): Step {
    const range = this.compile(expr.range, scope)
    const initial = this.compile(expr.initial, scope)
    const gathering = scope.with(expr.accumulator)
    const first = gathering.with(expr.variable)
    const loop = expr.second === undefined ? first : first.with(expr.second)
    return compileFold({
      range,
      initial,
      condition: this.compile(expr.condition, loop),
      step: this.compile(expr.step, loop),
      result: this.compile(expr.result, gathering),
      accumulator: gathering.slotOf(expr.accumulator),
      variable: loop.slotOf(expr.variable),
      second: expr.second === undefined ? undefined : loop.slotOf(expr.second),
      forever: expr.condition.is === 'literal' && expr.condition.literal.value === true,
      never: expr.condition.is === 'literal' && expr.condition.literal.value === false,
    })
  }
}

function unwrap(value: CelValue): CelValue | undefined {
  if (value instanceof Optional) return value.value
  throw noSuchOverload()
}

function constantValue(literal: Literal): CelValue {
  if (literal.of === 'uint') return new Uint(literal.value)
  return literal.of === 'double' ? new Double(literal.value) : literal.value
}
