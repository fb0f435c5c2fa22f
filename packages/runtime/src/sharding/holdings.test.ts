import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { positionOfFamily } from './family.ts'
import { type HeldPart, Holdings } from './holdings.ts'
import { Territory } from './ring.ts'
import type { Family } from './shards.ts'

const kinds = ['Website', 'Shop'] as const
const families: readonly Family[] = kinds.flatMap((kind) =>
  Array.from({ length: 20 }, (_, n) => ({ cluster: '', group: 'example.dev', kind, namespace: 'shop', name: `${n}` })),
)
const [website, shop] = kinds.map((kind) => ({ group: 'example.dev', kind }))
/** The half of the ring before, and that behind. */
const [low, high] = [0, 1].map((half) => new Territory([{ from: half * 2 ** 52, to: (half + 1) * 2 ** 52 }]))
const lows = families.filter((family) => low!.has(positionOfFamily(family)))

function bench() {
  const told: Family[][] = []
  const holdings = new Holdings({ placement: 'family', arrived: (filter) => void told.push(families.filter(filter)) })
  const part = (...served: readonly (typeof website)[]) => {
    const calls: string[] = []
    const unknown = new Set<string>()
    const one: HeldPart = {
      cluster: '',
      refill: () => void calls.push('refill'),
      prune: () => void calls.push('prune'),
      leavesOut: (namespace) => unknown.has(namespace),
    }
    const leave = holdings.join(one)
    for (const kind of served) holdings.serve(one, kind!)
    return { ...one, calls, unknown, filled: () => holdings.filled(one), leave, lacks: (position: number) => holdings.lacks(one, position) }
  }
  const has = () => families.filter((family) => holdings.has(family))
  /** What was told since the last call. */
  const news = () => [...new Set(told.splice(0).flat())]
  return { holdings, part, has, news }
}

const of = (kind: string, among: readonly Family[] = families) => among.filter((family) => family.kind === kind)

describe('what is held', () => {
  test('of kinds without an informer that holds by shards is everything, and told at once', () => {
    const { holdings, has, news } = bench()
    holdings.gain(low!)
    expect(has()).toEqual(families)
    expect(news()).toEqual(lows)
  })

  test('is what all informers of the kind hold; other kinds do not wait for it', () => {
    const { holdings, part, has, news } = bench()
    const [sites, deployments, shops] = [part(website), part(website, shop), part(shop)]
    holdings.gain(low!)
    for (const one of [sites, deployments, shops]) one.filled()
    news()
    holdings.gain(high!)
    expect([sites.calls, deployments.calls, shops.calls].map((calls) => calls.at(-1))).toEqual(['refill', 'refill', 'refill'])
    expect(new Set(has())).toEqual(new Set(lows))
    sites.filled()
    expect(news()).toEqual([])
    deployments.filled()
    expect(new Set(has())).toEqual(new Set([...of('Website'), ...of('Shop', lows)]))
    expect(news()).toEqual(of('Website').filter((family) => !lows.includes(family)))
    shops.filled()
    expect(has()).toEqual(families)
  })

  test('stays while work on what was lost goes on, and then is dropped without a list', () => {
    const { holdings, part, has } = bench()
    const sites = part(website)
    holdings.gain(low!.plus(high!))
    sites.filled()
    sites.calls.length = 0
    const drained = holdings.lose(high!)
    expect(sites.calls).toEqual([])
    expect(holdings.wants(2 ** 52)).toBe(true)
    drained()
    expect(sites.calls).toEqual(['prune'])
    expect(holdings.wants(2 ** 52)).toBe(false)
    expect(new Set(of('Website', has()))).toEqual(new Set(of('Website', lows)))
  })

  test('stays while the replica is out of the ring; what comes back needs no list', () => {
    const { holdings, part, news } = bench()
    const sites = part(website)
    holdings.gain(low!)
    sites.filled()
    holdings.lose(low!)()
    news()
    sites.calls.length = 0
    holdings.gain(low!)
    expect(sites.calls).toEqual([])
    expect(of('Website', news())).toEqual(of('Website', lows))
  })

  test('is dropped when another part comes back', () => {
    const { holdings, part } = bench()
    const sites = part(website)
    holdings.gain(low!)
    sites.filled()
    holdings.lose(low!)()
    sites.calls.length = 0
    holdings.gain(high!)
    expect(sites.calls).toEqual(['prune', 'refill'])
  })

  test('does not wait for an informer that has gone', () => {
    const { holdings, part, news } = bench()
    const [sites, deployments] = [part(website), part(website)]
    holdings.gain(low!)
    sites.filled()
    deployments.filled()
    holdings.gain(high!)
    sites.filled()
    news()
    deployments.leave()
    expect(news()).toEqual(of('Website').filter((family) => !lows.includes(family)))
  })

  test('is nothing in a namespace that an informer was not told of, even before anybody knows of it', () => {
    const { holdings, part, has } = bench()
    const [sites, deployments] = [part(website), part(website)]
    holdings.gain(low!.plus(high!))
    sites.filled()
    deployments.filled()
    deployments.unknown.add('shop')
    expect(of('Website', has())).toEqual([])
    expect(of('Shop', has())).toEqual(of('Shop'))
    deployments.unknown.clear()
    expect(of('Website', has())).toEqual(of('Website'))
  })

  test('is not what is missing, until that was listed', () => {
    const { holdings, part, has, news } = bench()
    const sites = part(website)
    holdings.gain(low!)
    sites.filled()
    news()
    const [missing] = of('Website', lows)
    sites.lacks(positionOfFamily(missing!))
    expect(has()).not.toContain(missing)
    sites.filled()
    expect(news()).toEqual([missing])
  })
})

test('whatever comes, goes and is listed: a family is had only when every informer of its kind has listed it since it was wanted, and it is told then', () => {
  const act = fc.record({ what: fc.constantFrom('gain', 'lose', 'drained', 'list', 'listed'), slice: fc.nat(7), which: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const known = new Set<Family>()
      const holdings = new Holdings({
        placement: 'family',
        arrived: (filter) => {
          for (const family of families) if (filter(family)) known.add(family)
        },
      })
      let mine = new Territory()
      const drains: (() => void)[] = []
      // What an informer has: a list shows what was wanted when it began; each refill begins one.
      const stores = [website, website, shop].map((kind) => {
        const store = { has: new Set<Family>(), begun: undefined as Set<Family> | undefined, listed: false, filled: () => {} }
        const wanted = () => new Set(families.filter((family) => holdings.wants(positionOfFamily(family))))
        const one: HeldPart = {
          cluster: '',
          leavesOut: () => false,
          refill: () => {
            store.begun = wanted()
          },
          prune: () => {
            store.has = new Set([...store.has].filter((family) => holdings.wants(positionOfFamily(family))))
          },
        }
        holdings.join(one)
        holdings.serve(one, kind!)
        store.filled = () => {
          if (store.begun === undefined) return
          store.has = new Set([...store.begun].filter((family) => holdings.wants(positionOfFamily(family))))
          store.begun = undefined
          store.listed = true
          holdings.filled(one)
        }
        return { kind: kind!.kind, store }
      })
      for (const { what, slice, which } of acts) {
        const part = new Territory([{ from: slice * 2 ** 50, to: (slice + 1) * 2 ** 50 }])
        if (what === 'gain' && part.within(mine).isEmpty) {
          mine = mine.plus(part)
          holdings.gain(part)
        } else if (what === 'lose' && !part.within(mine).isEmpty) {
          mine = mine.minus(part)
          for (const family of families) if (part.has(positionOfFamily(family))) known.delete(family)
          drains.push(holdings.lose(part))
        } else if (what === 'drained') drains.shift()?.()
        else if (what === 'listed') stores[which]!.store.filled()
        for (const family of families) {
          if (!mine.has(positionOfFamily(family)) || !holdings.has(family)) continue
          // Who has never listed anything holds nobody up: its controller waits for its first list.
          for (const { kind, store } of stores) if (kind === family.kind && store.listed) expect(store.has.has(family)).toBe(true)
          expect(known.has(family)).toBe(true)
        }
      }
      for (const drained of drains) drained()
      for (const { store } of stores) store.filled()
      for (const { store } of stores) store.filled()
      for (const family of families) if (mine.has(positionOfFamily(family))) expect(known.has(family) && holdings.has(family)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
