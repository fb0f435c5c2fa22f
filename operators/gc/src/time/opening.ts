import type { Cron } from 'kubewright'
import { type Span, type Spans, spanFrom } from './spans.ts'

/** When deletions are allowed, over and over. */
export interface Opening {
  /** The span around the instant, or the next after it; `undefined` when there is none any more. */
  spanFrom(instant: number): Span | undefined
}

/** Open for a while (ms) after each tick. Where ticks are closer than that, one opening follows the other without a gap. */
export function cronOpening(cron: Cron, openFor: number): Opening {
  return {
    spanFrom(instant) {
      const from = cron.nextFrom(instant - openFor + 1)
      return from === undefined ? undefined : { from, until: from + openFor }
    },
  }
}

/** Open when any of them is. */
export function anyOpening(openings: readonly Opening[]): Opening {
  return {
    spanFrom(instant) {
      const spans = openings.flatMap((opening) => opening.spanFrom(instant) ?? [])
      const first = spans.sort((a, b) => a.from - b.from)[0]
      if (first === undefined) return undefined
      // Spans that overlap the first go on with it.
      return { from: first.from, until: Math.max(...spans.filter(({ from }) => from <= first.until).map(({ until }) => until)) }
    },
  }
}

export function opening(spans: Spans): Opening {
  return { spanFrom: (instant) => spanFrom(spans, instant) }
}

/** More alternations than this before all are open at once, and they never will be as far as anybody waits. */
const MOST_STEPS = 2_000

/** The first span at or after `due` in which all are open; one that is over by `now` does not count. `undefined`: never. */
export function firstOpen(openings: readonly Opening[], due: number, now: number): Span | undefined {
  const first = openFrom(openings, due)
  return first === undefined || first.until > now ? first : openFrom(openings, Math.max(due, now), due)
}

function openFrom(openings: readonly Opening[], start: number, due = start): Span | undefined {
  let at = start
  for (let step = 0; step < MOST_STEPS; step++) {
    const spans: Span[] = []
    for (const each of openings) {
      const span = each.spanFrom(at)
      if (span === undefined) return undefined
      spans.push(span)
    }
    const latest = Math.max(at, ...spans.map(({ from }) => from))
    if (latest === at) {
      return {
        from: Math.max(due, ...spans.map(({ from }) => from)),
        until: Math.min(Number.POSITIVE_INFINITY, ...spans.map(({ until }) => until)),
      }
    }
    at = latest
  }
  return undefined
}
