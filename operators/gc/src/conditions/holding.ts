import { ALWAYS, complement, intersection, NEVER, type Spans, union } from '../time/spans.ts'

/** When a condition holds for an object as it is now. */
export type Holding =
  | {
      readonly is: 'known'
      readonly spans: Spans
      /** What holds from then on (wall clock, ms) cannot be foreseen: ask again. */
      readonly recheckAt?: number
    }
  /** It cannot be told: the object is kept, and somebody is told why. */
  | { readonly is: 'unknown'; readonly reason: string }

export const HOLDS: Holding = { is: 'known', spans: ALWAYS }
export const FAILS: Holding = { is: 'known', spans: NEVER }

export const holding = (holds: boolean): Holding => (holds ? HOLDS : FAILS)
export const during = (spans: Spans): Holding => ({ is: 'known', spans })
export const undecided = (reason: string): Holding => ({ is: 'unknown', reason })

/** One that never holds settles it, whatever is unknown about the others. */
export function allOf(parts: Iterable<Holding>): Holding {
  let spans = ALWAYS
  let recheckAt: number | undefined
  let unknown: Holding | undefined
  for (const part of parts) {
    if (part.is === 'unknown') {
      unknown ??= part
      continue
    }
    if (part.spans.length === 0 && part.recheckAt === undefined) return FAILS
    spans = intersection(spans, part.spans)
    recheckAt = earlier(recheckAt, part.recheckAt)
  }
  return unknown ?? timed(spans, recheckAt)
}

/** One that always holds settles it. */
export function anyOf(parts: Iterable<Holding>): Holding {
  let spans = NEVER
  let recheckAt: number | undefined
  let unknown: Holding | undefined
  for (const part of parts) {
    if (part.is === 'unknown') {
      unknown ??= part
      continue
    }
    if (part.spans === ALWAYS && part.recheckAt === undefined) return HOLDS
    spans = union(spans, part.spans)
    recheckAt = earlier(recheckAt, part.recheckAt)
  }
  return unknown ?? timed(spans, recheckAt)
}

export function not(part: Holding): Holding {
  if (part.is === 'unknown') return part
  if (part.recheckAt === undefined && part.spans === ALWAYS) return FAILS
  if (part.recheckAt === undefined && part.spans.length === 0) return HOLDS
  return timed(complement(part.spans), part.recheckAt)
}

const timed = (spans: Spans, recheckAt: number | undefined): Holding =>
  recheckAt !== undefined
    ? { is: 'known', spans, recheckAt }
    : spans === ALWAYS
      ? HOLDS
      : spans.length === 0
        ? FAILS
        : { is: 'known', spans }

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}
