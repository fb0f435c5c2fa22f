/** A range, of sizes or of costs. Go reckons in 64 unsigned bits and stops at their end; doubles are as good here: only ratios are ever shown. */
export interface Range {
  readonly min: number
  readonly max: number
}

export const UNBOUNDED = 2 ** 64 - 1

export const fixed = (value: number): Range => ({ min: value, max: value })
export const FREE = fixed(0)
export const UNKNOWN: Range = { min: 0, max: UNBOUNDED }

const cap = (value: number): number => Math.min(value, UNBOUNDED)

export function plus(...ranges: readonly Range[]): Range {
  return ranges.reduce((a, b) => ({ min: cap(a.min + b.min), max: cap(a.max + b.max) }), FREE)
}

export function times(a: Range, b: Range): Range {
  return { min: cap(a.min * b.min), max: cap(a.max * b.max) }
}

/** Each end times the factor, rounded up. */
export function scale(range: Range, factor: number): Range {
  return { min: cap(Math.ceil(range.min * factor)), max: cap(Math.ceil(range.max * factor)) }
}

/** The smallest range that holds both. */
export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}
