import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Opinion } from '../judgement/opinion.ts'
import { type Resting, RestingObjects } from './resting.ts'
import { SlotHeap } from './slot-heap.ts'

const seen = (uid: string, over: Partial<Resting['seen']> = {}): Resting['seen'] => ({
  uid,
  name: `name-${uid}`,
  namespace: 'team',
  resourceVersion: '42',
  terminating: false,
  ...over,
})
const due = (at: number): Opinion => ({ is: 'at', at, reason: 'a fixed time after its creation' })

test('W3: what is taken out is what was put in: times, versions of every sort, objects without a namespace', () => {
  const objects = new RestingObjects()
  const all: readonly Resting[] = [
    { seen: seen('a'), policy: 'p', opinion: due(1_700_000_000_123) },
    { seen: seen('b', { namespace: undefined, resourceVersion: '0042' }), policy: 'q', opinion: { is: 'never', reason: 'kept' } },
    { seen: seen('c', { resourceVersion: 'v1-opaque' }), policy: 'p', opinion: { is: 'unselected', matched: true, reason: 'no' } },
    { seen: seen('d', { resourceVersion: '9007199254740993' }), policy: 'p', opinion: { is: 'unselected', matched: false, reason: 'no' } },
  ]
  for (const each of all) expect(objects.put(each, undefined)).toBe(true)
  for (const each of all) expect(objects.take(each.seen.uid)).toEqual(each)
  expect(objects.size).toBe(0)
})

test.each<[string, Opinion]>([
  ['cannot be read, with words of its own', { is: 'blocked', reason: 'x' }],
  ['holds until a moment only', { is: 'never', reason: 'x', until: 5 }],
  ['has to be announced first', { is: 'at', at: 5, reason: 'x', prepare: { deleteAt: 9 } }],
])('an opinion that %s does not rest', (_, opinion) => {
  const objects = new RestingObjects()
  expect(objects.put({ seen: seen('a'), policy: 'p', opinion }, undefined)).toBe(false)
  expect(objects.take('a')).toBeUndefined()
})

test('reasons that are all different are not collected for ever', () => {
  const objects = new RestingObjects()
  const kept = Array.from({ length: 2_000 }, (_, index) =>
    objects.put({ seen: seen(`u${index}`), policy: 'p', opinion: { is: 'never', reason: `because ${index}` } }, undefined),
  )
  expect(kept.filter(Boolean)).toHaveLength(1_000)
  expect(objects.put({ seen: seen('again'), policy: 'p', opinion: { is: 'never', reason: 'because 7' } }, undefined)).toBe(true)
})

type Action =
  | { readonly do: 'put'; readonly uid: string; readonly policy: string; readonly at: number; readonly wake: boolean }
  | { readonly do: 'take'; readonly uid: string }
  | { readonly do: 'wake'; readonly wall: number }
  | { readonly do: 'overdue'; readonly policy: string; readonly back: boolean }

const uid = fc.integer({ min: 0, max: 40 }).map((n) => `u${n}`)
const moment = fc.integer({ min: 0, max: 50 })
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), uid, policy: fc.constantFrom('p', 'q', 'r'), at: moment, wake: fc.boolean() }),
  fc.record({ do: fc.constant('take' as const), uid }),
  fc.record({ do: fc.constant('wake' as const), wall: moment }),
  fc.record({ do: fc.constant('overdue' as const), policy: fc.constantFrom('p', 'q', 'r'), back: fc.boolean() }),
)

test('rows that come, wake and go, against a map', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const objects = new RestingObjects()
      const model = new Map<string, { readonly resting: Resting; readonly wakeAt: number | undefined }>()
      for (const each of actions) {
        if (each.do === 'put' && !model.has(each.uid)) {
          const resting = { seen: seen(each.uid), policy: each.policy, opinion: due(each.at) }
          const wakeAt = each.wake ? each.at : undefined
          expect(objects.put(resting, wakeAt)).toBe(true)
          model.set(each.uid, { resting, wakeAt })
        } else if (each.do === 'take') {
          expect(objects.take(each.uid)).toEqual(model.get(each.uid)?.resting)
          model.delete(each.uid)
        } else if (each.do === 'wake') {
          const woken = new Set<string>()
          for (let one = objects.takeAwake(each.wall); one !== undefined; one = objects.takeAwake(each.wall)) woken.add(one.seen.uid)
          const expected = [...model].filter(([, { wakeAt }]) => wakeAt !== undefined && wakeAt <= each.wall).map(([key]) => key)
          expect([...woken].sort()).toEqual(expected.sort())
          for (const key of woken) model.delete(key)
        } else if (each.do === 'overdue') {
          const expected = [...model.values()].filter(({ resting, wakeAt }) => resting.policy === each.policy && wakeAt === undefined)
          const taken: Resting[] = []
          for (const resting of objects.takeOverdue(each.policy)) {
            taken.push(resting)
            if (each.back) objects.put(resting, undefined)
            else model.delete(resting.seen.uid)
          }
          expect(taken.map(({ seen }) => seen.uid).sort()).toEqual(expected.map(({ resting }) => resting.seen.uid).sort())
        }
        expect(objects.size).toBe(model.size)
        const times = [...model.values()].flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [wakeAt]))
        expect(objects.wakesAt).toBe(times.length === 0 ? undefined : Math.min(...times))
        for (const policy of ['p', 'q', 'r']) {
          const own = [...model].filter(([, { resting }]) => resting.policy === policy)
          expect([...objects.uidsOf(policy)].sort()).toEqual(own.map(([key]) => key).sort())
          expect([...objects.opinionsOf(policy)].map(({ at }) => at).sort()).toEqual(
            own.map(([, { resting }]) => (resting.opinion.is === 'at' ? resting.opinion.at : 0)).sort(),
          )
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('what is kept, or waits for its time, is not overdue', () => {
  const objects = new RestingObjects()
  const put = (uid: string, opinion: Opinion, wakeAt?: number) => objects.put({ seen: seen(uid), policy: 'p', opinion }, wakeAt)
  put('a', due(5))
  put('kept', { is: 'never', reason: 'kept' })
  put('waits', due(9), 9)
  put('b', due(7))
  expect([...objects.takeOverdue('p')].map(({ seen: { uid } }) => uid)).toEqual(['a', 'b'])
  expect([...objects.takeOverdue('unheard of')]).toEqual([])
  expect(objects.size).toBe(2)
})

test('the heap gives slots in the order of their ranks, whatever is taken out of its middle', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 100 }),
      fc.array(fc.integer({ min: 0, max: 99 })),
      (ranks, gone) => {
        const heap = new SlotHeap()
        ranks.forEach((rank, slot) => {
          heap.add(slot, rank)
        })
        for (const slot of gone) heap.remove(slot)
        const left = ranks.filter((_, slot) => !gone.includes(slot)).sort((a, b) => a - b)
        const drained: number[] = []
        for (let top = heap.top; top !== undefined; top = heap.top) {
          drained.push(top.rank)
          heap.remove(top.slot)
        }
        expect(drained).toEqual(left)
      },
    ),
  )
})
