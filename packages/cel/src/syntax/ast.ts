/** A constant that an expression spells out. An int beyond 2^53 is a bigint: see values/value.ts. */
export type Literal =
  | { readonly of: 'int'; readonly value: number | bigint }
  | { readonly of: 'uint'; readonly value: bigint }
  | { readonly of: 'double'; readonly value: number }
  | { readonly of: 'string'; readonly value: string }
  | { readonly of: 'bytes'; readonly value: Uint8Array }
  | { readonly of: 'bool'; readonly value: boolean }
  | { readonly of: 'null_type'; readonly value: null }

interface Node {
  /** Where cel-go reports an error of this node: the operator, the opening bracket, or the first letter; in code points. */
  readonly at: number
}
export interface LiteralExpr extends Node {
  readonly is: 'literal'
  readonly literal: Literal
}
export interface IdentExpr extends Node {
  readonly is: 'ident'
  readonly name: string
}
export interface SelectExpr extends Node {
  readonly is: 'select'
  readonly operand: Expr
  readonly field: string
  /** `has(operand.field)`: whether the field is there. */
  readonly test: boolean
}
export interface CallExpr extends Node {
  readonly is: 'call'
  readonly function: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}
export interface ListExpr extends Node {
  readonly is: 'list'
  readonly elements: readonly { readonly value: Expr; readonly optional: boolean }[]
}
export interface MapExpr extends Node {
  readonly is: 'map'
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[]
}
export interface StructExpr extends Node {
  readonly is: 'struct'
  readonly type: string
  readonly fields: readonly StructField[]
}
export interface StructField extends Node {
  readonly name: string
  readonly value: Expr
  readonly optional: boolean
}
/** What every macro that loops becomes: a fold over the range. */
export interface FoldExpr extends Node {
  readonly is: 'fold'
  readonly range: Expr
  /** The element of a list or the key of a map; with a second variable the index or the key. */
  readonly variable: string
  /** The element or the value. */
  readonly second: string | undefined
  readonly accumulator: string
  readonly initial: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

export type Expr = LiteralExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr

/** The variable in which a macro's fold gathers. No text can spell it. */
export const ACCUMULATOR = '@result'

/** Names of the operators' functions, as cel-go's messages print them. */
export const OPERATOR = {
  and: '_&&_',
  or: '_||_',
  not: '!_',
  negate: '-_',
  conditional: '_?_:_',
  equal: '_==_',
  notEqual: '_!=_',
  less: '_<_',
  lessEqual: '_<=_',
  greater: '_>_',
  greaterEqual: '_>=_',
  add: '_+_',
  subtract: '_-_',
  multiply: '_*_',
  divide: '_/_',
  modulo: '_%_',
  in: '@in',
  index: '_[_]',
  optionalIndex: '_[?_]',
  optionalSelect: '_?._',
  notStrictlyFalse: '@not_strictly_false',
} as const

export const literal = (value: Literal, at: number): LiteralExpr => ({ is: 'literal', literal: value, at })
export const ident = (name: string, at: number): IdentExpr => ({ is: 'ident', name, at })
export const select = (operand: Expr, field: string, at: number, test = false): SelectExpr => ({ is: 'select', operand, field, test, at })
export const call = (name: string, args: readonly Expr[], at: number, target?: Expr): CallExpr => ({
  is: 'call',
  function: name,
  target,
  args,
  at,
})
export const list = (elements: readonly Expr[], at: number): ListExpr => ({
  is: 'list',
  elements: elements.map((value) => ({ value, optional: false })),
  at,
})

/** `a.b.c` for a chain of names, `undefined` for any other expression. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.is === 'ident') return expr.name
  if (expr.is !== 'select' || expr.test) return undefined
  const operand = qualifiedName(expr.operand)
  return operand === undefined ? undefined : `${operand}.${expr.field}`
}
