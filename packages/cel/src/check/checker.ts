import type { Environment } from '../library/environment.ts'
import type { Overload } from '../library/overload.ts'
import { errorAt } from '../located-error.ts'
import {
  type CallExpr,
  type Expr,
  type FoldExpr,
  type ListExpr,
  type MapExpr,
  OPERATOR,
  qualifiedName,
  type SelectExpr,
  type StructExpr,
} from '../syntax/ast.ts'
import { mostGeneral, Substitution } from '../types/substitution.ts'
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  fieldNamed,
  INT,
  isDyn,
  listOf,
  mapOf,
  type ObjectType,
  optionalOf,
  printType,
  sameType,
  typeOf,
  unwrapOptional,
  withParameters,
} from '../types/type.ts'
import { checkLiterals } from './literal-checks.ts'

/** What a name in the expression stands for. */
export type Reference = { readonly is: 'variable'; readonly name: string } | { readonly is: 'type'; readonly type: CelType }

/** A call as it was understood: `member` is false where the target was a namespace. */
export interface Resolution {
  readonly name: string
  readonly overloads: readonly Overload[]
  readonly member: boolean
}

export interface Checked {
  readonly root: Expr
  readonly types: ReadonlyMap<Expr, CelType>
  readonly references: ReadonlyMap<Expr, Reference>
  readonly calls: ReadonlyMap<CallExpr, Resolution>
}

export type Variables = Readonly<Record<string, CelType>>

/** Gives every node its type and every call its overloads. @throws CelError with all that does not fit. */
export function check(source: string, root: Expr, environment: Environment, variables: Variables): Checked {
  const checker = new Checker(environment, variables)
  const checked = checker.run(root)
  const issues = checker.issues.length > 0 ? checker.issues : checkLiterals(checked)
  if (issues.length === 0) return checked
  throw errorAt(source, issues)
}

export interface Finding {
  readonly at: number
  readonly message: string
}

type Scope = ReadonlyMap<string, CelType>

class Checker {
  readonly issues: Finding[] = []
  readonly #environment: Environment
  readonly #types = new Map<Expr, CelType>()
  readonly #references = new Map<Expr, Reference>()
  readonly #calls = new Map<CallExpr, Resolution>()
  readonly #known = new Substitution()
  #scope: Scope

  constructor(environment: Environment, variables: Variables) {
    this.#environment = environment
    this.#scope = new Map(Object.entries(variables))
  }

  run(root: Expr): Checked {
    this.#check(root)
    for (const [expr, type] of this.#types) this.#types.set(expr, this.#known.resolve(type, true))
    return { root, types: this.#types, references: this.#references, calls: this.#calls }
  }

  #report(at: number, message: string): CelType {
    this.issues.push({ at, message })
    return ERROR
  }

  #undeclared(at: number, name: string): CelType {
    return this.#report(at, `undeclared reference to '${name}' (in container '')`)
  }

  #check(expr: Expr): CelType {
    const type = this.#typeOf(expr)
    this.#types.set(expr, type)
    return type
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.is) {
      case 'literal':
        return { kind: expr.literal.of }
      case 'ident':
        return this.#resolveName(expr, expr.name) ?? this.#undeclared(expr.at, expr.name)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return this.#struct(expr)
      case 'fold':
        return this.#fold(expr)
    }
  }

  #resolveName(expr: Expr, name: string): CelType | undefined {
    const plain = name.replace(/^\./, '')
    const variable = this.#scope.get(plain)
    if (variable !== undefined) {
      this.#references.set(expr, { is: 'variable', name: plain })
      return variable
    }
    const type = this.#environment.types.get(plain) ?? this.#environment.messages?.(plain)
    if (type === undefined) return undefined
    this.#references.set(expr, { is: 'type', type })
    return typeOf(type.kind === 'type' ? undefined : type)
  }

  #select(expr: SelectExpr): CelType {
    const name = qualifiedName(expr)
    // `a.b` may be one name: the longest that is declared wins, as `google.protobuf.Timestamp`.
    const resolved = name === undefined ? undefined : this.#resolveName(expr, name)
    if (resolved !== undefined) return resolved
    const field = this.#field(expr, expr.operand, expr.field, false)
    return expr.test ? BOOL : this.#known.resolve(field)
  }

  #field(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const operandType = this.#known.resolve(this.#check(operand))
    const inner = unwrapOptional(operandType)
    const type = this.#fieldOf(expr, inner ?? operandType, field)
    return inner !== undefined || optional ? optionalOf(type) : type
  }

  #fieldOf(expr: Expr, target: CelType, field: string): CelType {
    if (target.kind === 'map') return target.value
    if (target.kind === 'object') return fieldNamed(target, field)?.type ?? this.#report(expr.at, noField(target, field))
    if (target.kind === 'parameter') this.#known.assign(DYN, target)
    else if (!isDyn(target)) this.#report(expr.at, `type '${printType(target)}' does not support field selection`)
    return DYN
  }

  #call(expr: CallExpr): CelType {
    if (expr.function === OPERATOR.optionalSelect) {
      const [operand, field] = expr.args as [Expr, Expr]
      const name = field.is === 'literal' && field.literal.of === 'string' ? field.literal.value : ''
      this.#types.set(field, { kind: 'string' })
      return this.#known.resolve(this.#field(expr, operand, name, true))
    }
    const args = expr.args.map((arg) => this.#check(arg))
    if (expr.target === undefined) return this.#resolve(expr, expr.function.replace(/^\./, ''), args, false)
    const namespace = qualifiedName(expr.target)
    const qualified = `${namespace?.replace(/^\./, '')}.${expr.function}`
    if (namespace !== undefined && this.#environment.functions.has(qualified)) return this.#resolve(expr, qualified, args, false)
    return this.#resolve(expr, expr.function, [this.#check(expr.target), ...args], true)
  }

  #resolve(expr: CallExpr, name: string, args: readonly CelType[], member: boolean): CelType {
    const candidates = this.#environment.functions.get(name)
    if (candidates === undefined) return this.#undeclared(expr.at, name)
    if (name === OPERATOR.and || name === OPERATOR.or) return this.#logic(expr, name, candidates, args)
    const fitting: Overload[] = []
    let result: CelType | undefined
    for (const candidate of candidates) {
      if (candidate.member !== member) continue
      const signature = candidate.generic ? this.#instantiate(candidate) : candidate
      if (!this.#known.assignAll(args, signature.parameters)) continue
      fitting.push(candidate)
      const found = this.#known.resolve(signature.result)
      result = result === undefined || (!isDyn(result) && sameType(found, result)) ? found : DYN
    }
    if (result === undefined) return this.#noOverload(expr, name, args, member)
    this.#calls.set(expr, { name, overloads: fitting, member })
    return result
  }

  #logic(expr: CallExpr, name: string, overloads: readonly Overload[], args: readonly CelType[]): CelType {
    let fits = true
    for (const [index, type] of args.entries()) {
      if (this.#known.assign(type, BOOL)) continue
      this.#report(expr.args[index]!.at, `expected type 'bool' but found '${printType(this.#known.resolve(type))}'`)
      fits = false
    }
    this.#calls.set(expr, { name, overloads, member: false })
    return fits ? BOOL : ERROR
  }

  #instantiate({ parameters, result }: Overload): { readonly parameters: readonly CelType[]; readonly result: CelType } {
    const fresh = new Map<string, CelType>()
    const replace = (type: CelType): CelType => {
      if (type.kind !== 'parameter') return mapParameters(type, replace)
      let own = fresh.get(type.name)
      if (own === undefined) {
        own = this.#known.fresh()
        fresh.set(type.name, own)
      }
      return own
    }
    return { parameters: parameters.map(replace), result: replace(result) }
  }

  #noOverload(expr: CallExpr, name: string, args: readonly CelType[], member: boolean): CelType {
    const printed = args.map((type) => printType(this.#known.resolve(type, true)))
    const signature = member ? `${printed[0]}.(${printed.slice(1).join(', ')})` : `(${printed.join(', ')})`
    return this.#report(expr.at, `found no matching overload for '${name}' applied to '${signature}'`)
  }

  #list(expr: ListExpr): CelType {
    let common: CelType | undefined
    for (const { value, optional } of expr.elements) common = this.#join(common, this.#element(value, optional))
    return listOf(common ?? this.#known.fresh())
  }

  #map(expr: MapExpr): CelType {
    let keys: CelType | undefined
    let values: CelType | undefined
    for (const { key, value, optional } of expr.entries) {
      keys = this.#join(keys, this.#check(key))
      values = this.#join(values, this.#element(value, optional))
    }
    return mapOf(keys ?? this.#known.fresh(), values ?? this.#known.fresh())
  }

  #struct(expr: StructExpr): CelType {
    const type = this.#environment.messages?.(expr.type.replace(/^\./, ''))
    if (type === undefined) {
      for (const { value } of expr.fields) this.#check(value)
      return this.#undeclared(expr.at, expr.type)
    }
    for (const { name, value, optional, at } of expr.fields) {
      const found = this.#element(value, optional)
      const wanted = fieldNamed(type, name)?.type ?? this.#report(at, noField(type, name))
      if (this.#known.assign(wanted, found)) continue
      const provided = printType(this.#known.resolve(found))
      this.#report(at, `expected type of field '${name}' is '${printType(wanted)}' but provided type is '${provided}'`)
    }
    return type
  }

  #element(expr: Expr, optional: boolean): CelType {
    const type = this.#check(expr)
    if (!optional) return type
    const inner = unwrapOptional(type)
    if (inner === undefined && !isDyn(type)) {
      this.#report(expr.at, `expected type '${printType(optionalOf(type))}' but found '${printType(type)}'`)
    }
    return inner ?? type
  }

  /** The type that both have in common. That Kubernetes wants all elements alike is checked afterwards, when all types are known. */
  #join(previous: CelType | undefined, next: CelType): CelType {
    if (previous === undefined) return next
    return this.#known.assign(previous, next) ? mostGeneral(previous, next) : DYN
  }

  #fold(expr: FoldExpr): CelType {
    const range = this.#known.resolve(this.#check(expr.range))
    const accumulator = this.#check(expr.initial)
    const [variable, second] = this.#iteration(expr, range)
    const outer = this.#scope
    const gathering = new Map(outer).set(expr.accumulator, accumulator)
    const loop = new Map(gathering).set(expr.variable, variable)
    if (expr.second !== undefined) loop.set(expr.second, second)
    this.#scope = loop
    this.#expect(expr.condition, this.#check(expr.condition), BOOL)
    this.#expect(expr.step, this.#check(expr.step), accumulator)
    this.#scope = gathering
    const result = this.#check(expr.result)
    this.#scope = outer
    return this.#known.resolve(result)
  }

  #iteration({ range: expr, second }: FoldExpr, range: CelType): readonly [CelType, CelType] {
    const two = second !== undefined
    if (range.kind === 'list') return two ? [INT, range.element] : [range.element, DYN]
    if (range.kind === 'map') return [range.key, range.value]
    if (range.kind === 'parameter' || isDyn(range)) {
      this.#known.assign(DYN, range)
      return [DYN, DYN]
    }
    this.#report(expr.at, `expression of type '${printType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
    return [ERROR, ERROR]
  }

  #expect(expr: Expr, found: CelType, wanted: CelType): void {
    if (this.#known.assign(wanted, found)) return
    this.#report(expr.at, `expected type '${printType(this.#known.resolve(wanted))}' but found '${printType(this.#known.resolve(found))}'`)
  }
}

/** The libraries' types are objects to cel-go, of which it does not find the fields. */
function noField({ name }: ObjectType, field: string): string {
  return name.startsWith('kubernetes.') ? `unexpected failed resolution of '${name}'` : `undefined field '${field}'`
}

function mapParameters(type: CelType, replace: (type: CelType) => CelType): CelType {
  switch (type.kind) {
    case 'list':
      return withParameters(type, [replace(type.element)])
    case 'map':
      return withParameters(type, [replace(type.key), replace(type.value)])
    case 'opaque':
      return withParameters(type, type.parameters.map(replace))
    case 'type':
      return type.of === undefined ? type : withParameters(type, [replace(type.of)])
    default:
      return type
  }
}
