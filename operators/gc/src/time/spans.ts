import type { TimeSpan } from 'kubewright'

export type Span = TimeSpan

/** When something holds: spans in order, apart from each other. */
export type Spans = readonly Span[]

export const ALWAYS: Spans = [{ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }]
export const NEVER: Spans = []

export const since = (from: number): Spans => [{ from, until: Number.POSITIVE_INFINITY }]
export const before = (until: number): Spans => [{ from: Number.NEGATIVE_INFINITY, until }]

/** When all of them hold. */
export function intersection(...sets: readonly Spans[]): Spans {
  return sets.reduce((all, spans) => {
    if (all === ALWAYS || spans === ALWAYS) return all === ALWAYS ? spans : all
    return all.flatMap((a) =>
      spans.flatMap((b) => {
        const from = Math.max(a.from, b.from)
        const until = Math.min(a.until, b.until)
        return from < until ? [{ from, until }] : []
      }),
    )
  }, ALWAYS)
}

/** When any of them holds. */
export function union(...sets: readonly Spans[]): Spans {
  const merged: Span[] = []
  for (const span of sets.flat().sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && span.from <= last.until)
      merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, span.until) }
    else merged.push(span)
  }
  return merged
}

/** When it does not hold. */
export function complement(spans: Spans): Spans {
  const gaps: Span[] = []
  let from = Number.NEGATIVE_INFINITY
  for (const span of spans) {
    if (span.from > from) gaps.push({ from, until: span.from })
    from = span.until
  }
  if (from < Number.POSITIVE_INFINITY) gaps.push({ from, until: Number.POSITIVE_INFINITY })
  return gaps
}

/** The span around `at`, or the first one after it. */
export function spanFrom(spans: Spans, at: number): Span | undefined {
  return spans.find(({ until }) => until > at)
}
