import { parseRegex, RegexError } from '../regex/syntax.ts'
import type { CallExpr, Expr } from '../syntax/ast.ts'
import { childrenOf } from '../syntax/walk.ts'
import { type CelType, printType, sameType, unwrapOptional } from '../types/type.ts'
import { parseDurationNanos } from '../values/duration.ts'
import { parseTimestamp } from '../values/timestamp.ts'
import type { Checked, Finding } from './checker.ts'
import { checkFormat } from './format-check.ts'

/**
 * What Kubernetes refuses beyond types: constants that would fail whenever they are evaluated (durations, timestamps, patterns, format strings), and
 * lists and maps of several types, unless they are formatted (or arguments of `math.greatest`).
 */
export function checkLiterals(checked: Checked): Finding[] {
  const found: Finding[] = []
  const pending: { readonly expr: Expr; readonly formatted: boolean }[] = [{ expr: checked.root, formatted: false }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { expr, formatted } = next
    const isFormat = expr.is === 'call' && expr.function === 'format'
    const isMixed = isFormat || (expr.is === 'call' && /^math\.@/.test(expr.function))
    if (expr.is === 'call') found.push(...checkArgument(checked, expr), ...(isFormat ? checkFormat(checked, expr) : []))
    else if (!formatted) found.push(...checkAlike(checked, expr))
    pending.push(...childrenOf(expr).map((child) => ({ expr: child, formatted: formatted || isMixed })))
  }
  return found
}

function checkArgument(checked: Checked, expr: CallExpr): Finding[] {
  const name = checked.calls.get(expr)?.name
  const arg = expr.args.at(name === 'matches' ? -1 : 0)
  if (arg?.is !== 'literal' || arg.literal.of !== 'string') return []
  const text = arg.literal.value
  const isBad =
    (name === 'duration' && parseDurationNanos(text) === undefined) ||
    (name === 'timestamp' && parseTimestamp(text) === undefined) ||
    (name === 'matches' && !isPattern(text))
  return isBad ? [{ at: arg.at, message: `invalid ${name} argument` }] : []
}

function isPattern(text: string): boolean {
  try {
    parseRegex(text)
    return true
  } catch (error) {
    if (error instanceof RegexError) return false
    throw error
  }
}

function checkAlike(checked: Checked, expr: Expr): Finding[] {
  if (expr.is === 'list') return firstUnlike(checked, expr.elements)
  if (expr.is !== 'map') return []
  const keys = expr.entries.map(({ key }) => ({ value: key, optional: false }))
  return [...firstUnlike(checked, keys), ...firstUnlike(checked, expr.entries)]
}

function firstUnlike(checked: Checked, elements: readonly { readonly value: Expr; readonly optional: boolean }[]): Finding[] {
  const typeOf = ({ value, optional }: { readonly value: Expr; readonly optional: boolean }): CelType => {
    const type = checked.types.get(value)!
    return optional ? (unwrapOptional(type) ?? type) : type
  }
  const [first, ...rest] = elements
  if (first === undefined) return []
  const expected = typeOf(first)
  const unlike = rest.find((element) => !sameType(typeOf(element), expected))
  if (unlike === undefined) return []
  return [{ at: unlike.value.at, message: `expected type '${printType(expected)}' but found '${printType(typeOf(unlike))}'` }]
}
