import type { RequestFacts } from '../model/snapshot.ts'
import type { SourceRequests } from '../source.ts'

/** Counts of requests as rates: what came between two looks, by the time between them. */
export class RequestRates {
  #before: { readonly at: number; readonly counts: ReadonlyMap<string, number> } | undefined

  /** `now`: monotonic ms. */
  look(requests: readonly SourceRequests[], now: number): readonly RequestFacts[] {
    const groups = Map.groupBy(requests, ({ method }) => method.toUpperCase())
    const before = this.#before
    const seconds = before === undefined ? 0 : (now - before.at) / 1000
    const facts = [...groups].map(([verb, all]): RequestFacts => {
      const count = sum(all)
      const failed = sum(all.filter(({ code }) => !/^[123]/.test(code)))
      const perSecond = seconds === 0 ? 0 : Math.max(0, count - (before?.counts.get(verb) ?? 0)) / seconds
      return { verb, count, failed, perSecond }
    })
    this.#before = { at: now, counts: new Map(facts.map(({ verb, count }) => [verb, count])) }
    return facts.toSorted((a, b) => b.count - a.count)
  }
}

const sum = (all: readonly SourceRequests[]) => all.reduce((total, { count }) => total + count, 0)
