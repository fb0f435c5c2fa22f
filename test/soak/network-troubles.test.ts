import { describe, expect, test } from 'vitest'
import { trouble } from './network-troubles.ts'
import { chanceOf } from './random.ts'
import type { Trouble } from './worlds/world.ts'

/** Ends after so many strikes. */
async function struck(count: number, seed: number): Promise<{ readonly order: string; readonly counts: ReadonlyMap<string, number> }> {
  const stop = new AbortController()
  const order: string[] = []
  const all: Trouble[] = ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    strike: async () => {
      order.push(name)
      if (order.length === count) stop.abort()
    },
  }))
  const counts = await trouble(all, { chance: chanceOf(seed), pace: 0, signal: stop.signal })
  return { order: order.join(''), counts }
}

describe('troubles', () => {
  test('come each as often as the others, in an order of the seed', async () => {
    const [first, again, other] = [await struck(12, 1), await struck(12, 1), await struck(12, 2)]
    expect(Object.fromEntries(first.counts)).toEqual({ a: 3, b: 3, c: 3, d: 3 })
    expect(again.order).toBe(first.order)
    expect(other.order).not.toBe(first.order)
  })

  test('that cannot be made are told, and not taken for an end', async () => {
    const broken: Trouble = { name: 'broken', strike: () => Promise.reject(new Error('the proxy is gone')) }
    await expect(trouble([broken], { chance: chanceOf(1), pace: 0, signal: new AbortController().signal })).rejects.toThrow(
      'the proxy is gone',
    )
  })
})
