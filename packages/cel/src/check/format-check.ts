import type { CallExpr, Expr } from '../syntax/ast.ts'
import { typeName } from '../types/type.ts'
import type { Checked, Finding } from './checker.ts'

const ANY_PRINTED = new Set([
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null_type',
  'dyn',
])

/** What each clause takes, and how cel-go says so. Texts stand for NaN and the infinities. */
const CLAUSES: Readonly<Record<string, readonly [kinds: readonly string[], rule: string]>> = {
  d: [['int', 'uint'], 'decimal clause can only be used on integers'],
  f: [['double', 'string'], 'fixed-point clause can only be used on doubles'],
  e: [['double', 'string'], 'scientific clause can only be used on doubles'],
  b: [['int', 'uint', 'bool'], 'only integers and bools can be formatted as binary'],
  x: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  o: [['int', 'uint'], 'octal clause can only be used on integers'],
}
const ANY_RULE = 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'

/** Holds a constant format string against the list that is spelled out for it. */
export function checkFormat(checked: Checked, expr: CallExpr): Finding[] {
  const { target, args } = expr
  const list = args[0]
  if (target?.is !== 'literal' || target.literal.of !== 'string' || list?.is !== 'list') return []
  const clauses = Array.from(target.literal.value.matchAll(/%(?:%|(?:\.\d*)?([\s\S]?))/g)).filter(([text]) => text !== '%%')
  for (const [index, [, letter]] of clauses.entries()) {
    const argument = list.elements[index]?.value
    if (argument === undefined) return [{ at: expr.at, message: `index ${index} out of range` }]
    if (letter === undefined || letter === '') return [{ at: expr.at, message: 'unexpected end of string' }]
    const finding = checkClause(checked, expr, letter, argument)
    if (finding !== undefined) return [finding]
  }
  const given = list.elements.length
  if (given <= clauses.length) return []
  return [{ at: expr.at, message: `too many arguments supplied to string.format (expected ${clauses.length}, got ${given})` }]
}

function checkClause(checked: Checked, expr: CallExpr, letter: string, argument: Expr): Finding | undefined {
  if (letter === 's') {
    const bad = unprintable(checked, argument)
    return bad === undefined ? undefined : wrong(checked, bad, ANY_RULE)
  }
  const clause = CLAUSES[letter]
  if (clause === undefined) {
    return { at: expr.at, message: `could not parse formatting clause: unrecognized formatting clause "${letter}"` }
  }
  const { kind } = checked.types.get(argument)!
  return kind === 'dyn' || clause[0].includes(kind) ? undefined : wrong(checked, argument, clause[1])
}

function wrong(checked: Checked, argument: Expr, rule: string): Finding {
  return { at: argument.at, message: `error during formatting: ${rule}, was given ${typeName(checked.types.get(argument)!)}` }
}

/** The first part of the argument that has no text. */
function unprintable(checked: Checked, argument: Expr): Expr | undefined {
  if (!ANY_PRINTED.has(checked.types.get(argument)!.kind)) return argument
  const parts =
    argument.is === 'list'
      ? argument.elements.map(({ value }) => value)
      : argument.is === 'map'
        ? argument.entries.flatMap(({ key, value }) => [key, value])
        : []
  for (const part of parts) {
    const bad = unprintable(checked, part)
    if (bad !== undefined) return bad
  }
  return undefined
}
