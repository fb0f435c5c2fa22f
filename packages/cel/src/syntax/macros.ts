import { ACCUMULATOR, call, type Expr, type FoldExpr, ident, list, literal, OPERATOR, qualifiedName, select } from './ast.ts'
import { SyntaxFault } from './token.ts'

/** Turns a call that is no function's into an expression; `undefined` when the call is not the macro's after all. */
export type Macro = (call: MacroCall) => Expr | undefined
interface MacroCall {
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
  readonly at: number
}
/** `name/arguments` of a macro that stands alone, `.name/arguments` of one that follows a target. */
export type MacroSet = ReadonlyMap<string, Macro>

export function expandMacro(macros: MacroSet, name: string, target: Expr | undefined, args: readonly Expr[], at: number): Expr | undefined {
  const macro = macros.get(`${target === undefined ? '' : '.'}${name}/${args.length}`)
  return macro?.({ target, args, at })
}

const bool = (value: boolean, at: number): Expr => literal({ of: 'bool', value }, at)
const int = (value: number, at: number): Expr => literal({ of: 'int', value }, at)
const accumulator = (at: number): Expr => ident(ACCUMULATOR, at)

type Parts = Pick<FoldExpr, 'initial' | 'condition' | 'step' | 'result'>

/** What a fold does with a predicate or a transformation, whatever variables it loops over. */
const all = (predicate: Expr, at: number): Parts => ({
  initial: bool(true, at),
  condition: call(OPERATOR.notStrictlyFalse, [accumulator(at)], at),
  step: call(OPERATOR.and, [accumulator(at), predicate], at),
  result: accumulator(at),
})
const exists = (predicate: Expr, at: number): Parts => ({
  initial: bool(false, at),
  condition: call(OPERATOR.notStrictlyFalse, [call(OPERATOR.not, [accumulator(at)], at)], at),
  step: call(OPERATOR.or, [accumulator(at), predicate], at),
  result: accumulator(at),
})
const existsOne = (predicate: Expr, at: number): Parts => ({
  initial: int(0, at),
  condition: bool(true, at),
  step: call(OPERATOR.conditional, [predicate, call(OPERATOR.add, [accumulator(at), int(1, at)], at), accumulator(at)], at),
  result: call(OPERATOR.equal, [accumulator(at), int(1, at)], at),
})
const gather =
  (initial: (at: number) => Expr, add: (value: Expr, at: number) => Expr) =>
  (transform: Expr, filter: Expr | undefined, at: number): Parts => {
    const step = add(transform, at)
    return {
      initial: initial(at),
      condition: bool(true, at),
      step: filter === undefined ? step : call(OPERATOR.conditional, [filter, step, accumulator(at)], at),
      result: accumulator(at),
    }
  }
const gatherList = gather(
  (at) => list([], at),
  (value, at) => call(OPERATOR.add, [accumulator(at), list([value], at)], at),
)
const emptyMap = (at: number): Expr => ({ is: 'map', entries: [], at })
const gatherEntry = gather(emptyMap, (entry, at) => call('cel.@mapInsert', [accumulator(at), entry], at))

function simpleName(expr: Expr | undefined, problem = 'argument must be a simple name'): string {
  if (expr?.is === 'ident' && !expr.name.startsWith('.')) {
    if (expr.name === ACCUMULATOR || expr.name === '__result__') {
      throw new SyntaxFault('iteration variable overwrites accumulator variable', expr.at)
    }
    return expr.name
  }
  throw new SyntaxFault(problem, expr?.at ?? 0)
}

function foldOne({ target, args, at }: MacroCall, parts: Parts, problem?: string): Expr {
  return { is: 'fold', range: target!, variable: simpleName(args[0], problem), second: undefined, accumulator: ACCUMULATOR, ...parts, at }
}

function foldTwo({ target, args, at }: MacroCall, parts: Parts): Expr {
  const variable = simpleName(args[0])
  const second = simpleName(args[1])
  if (variable === second) throw new SyntaxFault(`duplicate variable name: ${variable}`, args[1]!.at)
  return { is: 'fold', range: target!, variable, second, accumulator: ACCUMULATOR, ...parts, at }
}

/** A fold over nothing, whose accumulator names a value: how cel-go spells a local variable. */
export function bind(name: string, value: Expr, body: Expr, at: number): FoldExpr {
  return {
    is: 'fold',
    range: list([], at),
    variable: '#unused',
    second: undefined,
    accumulator: name,
    initial: value,
    condition: bool(false, at),
    step: ident(name, at),
    result: body,
    at,
  }
}

const has: Macro = ({ args, at }) => {
  const field = args[0]!
  if (field.is === 'select' && !field.test) return select(field.operand, field.field, at, true)
  throw new SyntaxFault('invalid argument to has() macro', field.at)
}

const quantifier =
  (parts: (predicate: Expr, at: number) => Parts): Macro =>
  (given) =>
    foldOne(given, parts(given.args[1]!, given.at))
const quantifierTwo =
  (parts: (predicate: Expr, at: number) => Parts): Macro =>
  (given) =>
    foldTwo(given, parts(given.args[2]!, given.at))

/** cel-go words this differently for `map` and `filter`. */
const NO_IDENTIFIER = 'argument is not an identifier'

const map: Macro = (given) => {
  const filtered = given.args.length === 3
  return foldOne(given, gatherList(given.args[filtered ? 2 : 1]!, filtered ? given.args[1] : undefined, given.at), NO_IDENTIFIER)
}
const filter: Macro = (given) => foldOne(given, gatherList(given.args[0]!, given.args[1], given.at), NO_IDENTIFIER)

const transform =
  (parts: ReturnType<typeof gather>): Macro =>
  (given) => {
    const filtered = given.args.length === 4
    return foldTwo(given, parts(given.args[filtered ? 3 : 2]!, filtered ? given.args[2] : undefined, given.at))
  }
const transformMap: Macro = (given) =>
  transform(gather(emptyMap, (value, at) => call('cel.@mapInsert', [accumulator(at), ident(simpleName(given.args[0]), at), value], at)))(
    given,
  )

const optional =
  (name: string, wrap: (body: Expr, at: number) => Expr): Macro =>
  ({ target, args, at }) => {
    const variable = args[0]!
    if (variable.is !== 'ident') throw new SyntaxFault(`${name}() variable name must be a simple identifier`, variable.at)
    const value = call('value', [], at, target!)
    return call(
      OPERATOR.conditional,
      [call('hasValue', [], at, target!), wrap(bind(variable.name, value, args[1]!, at), at), call('none', [], at, ident('optional', at))],
      at,
    )
  }

const SORT_INPUT = '@__sortBy_input__'
const sortBy: Macro = (given) => {
  const input = ident(SORT_INPUT, given.at)
  const keys = foldOne({ ...given, target: input }, gatherList(given.args[1]!, undefined, given.at))
  return bind(SORT_INPUT, given.target!, call('@sortByAssociatedKeys', [keys], given.at, input), given.at)
}

/** The macros of the language, and those of the libraries that Kubernetes turns on. */
export const KUBERNETES_MACROS: MacroSet = new Map<string, Macro>([
  ['has/1', has],
  ['.all/2', quantifier(all)],
  ['.exists/2', quantifier(exists)],
  ['.exists_one/2', quantifier(existsOne)],
  ['.map/2', map],
  ['.map/3', map],
  ['.filter/2', filter],
  ['.all/3', quantifierTwo(all)],
  ['.exists/3', quantifierTwo(exists)],
  ['.existsOne/3', quantifierTwo(existsOne)],
  ['.exists_one/3', quantifierTwo(existsOne)],
  ['.transformList/3', transform(gatherList)],
  ['.transformList/4', transform(gatherList)],
  ['.transformMap/3', transformMap],
  ['.transformMap/4', transformMap],
  ['.transformMapEntry/3', transform(gatherEntry)],
  ['.transformMapEntry/4', transform(gatherEntry)],
  ['.optMap/2', optional('optMap', (body, at) => call('of', [body], at, ident('optional', at)))],
  ['.optFlatMap/2', optional('optFlatMap', (body) => body)],
  ['.sortBy/2', sortBy],
])

const namespaced =
  (namespace: string, macro: Macro): Macro =>
  (given) =>
    given.target !== undefined && qualifiedName(given.target) === namespace ? macro(given) : undefined

/** `cel.bind(name, value, body)`, which Kubernetes does not turn on. */
export const BINDING_MACROS: MacroSet = new Map<string, Macro>([
  ['.bind/3', namespaced('cel', ({ args, at }) => bind(simpleName(args[0]), args[1]!, args[2]!, at))],
])

/** `math.greatest(…)` and `math.least(…)` take any number of arguments, which no overload can say. */
const extremum =
  (name: string): Macro =>
  ({ args, at }) => {
    const inner = `math.@${name}`
    return args.length <= 2 ? call(inner, args, at) : call(inner, [list(args, at)], at)
  }
const MOST_ARGUMENTS = 16
export const MATH_MACROS: MacroSet = new Map<string, Macro>(
  [['greatest', 'max'] as const, ['least', 'min'] as const].flatMap(([name, inner]) =>
    Array.from({ length: MOST_ARGUMENTS }, (_, index): [string, Macro] => [`.${name}/${index + 1}`, namespaced('math', extremum(inner))]),
  ),
)
