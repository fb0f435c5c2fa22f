import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Ranked, Ranking } from './ranking.ts'

const item = (name: string, time: number, group = 'g'): Ranked => ({ uid: `u-${name}`, name, namespace: 'n', group, time })
const names = (ranked: readonly Ranked[]) => ranked.map(({ name }) => name)

test('the newest of each group come first, and what comes among them or leaves them is told', () => {
  const ranking = new Ranking(2)
  expect(names(ranking.set(item('a', 1)))).toEqual([])
  expect(names(ranking.set(item('b', 2)))).toEqual([])
  expect(names(ranking.set(item('other', 9, 'h')))).toEqual([])
  expect(names(ranking.set(item('c', 3)))).toEqual(['a'])
  expect(names(ranking.set(item('old', 0)))).toEqual([])
  expect(ranking.rankOf('u-a')).toEqual({ place: 2, of: 4 })
  expect(names(ranking.remove('u-c'))).toEqual(['a'])
  expect(names(ranking.remove('u-old'))).toEqual([])
  expect(ranking.rankOf('u-c')).toBeUndefined()
})

test('of equal times the name decides, so that a restart keeps the same ones', () => {
  for (const order of [
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
  ]) {
    const ranking = new Ranking(1)
    for (const name of order) ranking.set(item(name, 5))
    expect(ranking.rankOf('u-c')?.place).toBe(0)
  }
})

test('whoever is told, and nobody else, has come among the newest or left them', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    time: fc.nat(5),
    group: fc.constantFrom('g', 'h'),
    gone: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.integer({ min: 0, max: 3 }), (changes, newest) => {
      const ranking = new Ranking(newest)
      const model = new Map<string, Ranked>()
      const keptIn = () => {
        const kept = new Set<string>()
        for (const group of ['g', 'h']) {
          const sorted = [...model.values()]
            .filter((each) => each.group === group)
            .sort((a, b) => b.time - a.time || (a.name > b.name ? -1 : 1))
          for (const each of sorted.slice(0, newest)) kept.add(each.uid)
        }
        return kept
      }
      for (const { name, time, group, gone } of changes) {
        const before = keptIn()
        const made = item(name, time, group)
        if (gone) model.delete(made.uid)
        else model.set(made.uid, made)
        const told = new Set((gone ? ranking.remove(made.uid) : ranking.set(made)).map(({ uid }) => uid))
        const after = keptIn()
        for (const uid of model.keys()) {
          expect(ranking.rankOf(uid)!.place < newest).toBe(after.has(uid))
          if (uid !== made.uid && before.has(uid) !== after.has(uid)) expect(told).toContain(uid)
        }
      }
    }),
  )
})

test('what has gone unseen leaves its place to the others', () => {
  const ranking = new Ranking(1)
  for (const [uid, time] of [
    ['a', 3],
    ['b', 2],
    ['c', 1],
  ] as const)
    ranking.set({ uid, name: uid, namespace: undefined, group: 'g', time })
  ranking.retain(new Set(['b', 'c']))
  expect([ranking.rankOf('a'), ranking.rankOf('b'), ranking.rankOf('c')]).toEqual([undefined, { place: 0, of: 2 }, { place: 1, of: 2 }])
})
