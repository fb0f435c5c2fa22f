import { expect, test } from 'vitest'
import { yieldToElder } from './elder.ts'

const made = (uid: string, second: number, origin?: string) => ({
  metadata: { uid, namespace: 'team', name: uid, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
  status: { origin },
})

const yields = (one: ReturnType<typeof made>, ...others: readonly ReturnType<typeof made>[]): boolean => {
  try {
    yieldToElder(one, [one, ...others], (elder) => elder)
    return false
  } catch (error) {
    expect((error as Error).message).toContain('which is older')
    return true
  }
}

test('of several the oldest has it, whatever has become of the others', () => {
  expect(yields(made('a', 2, 'Created'), made('b', 1))).toBe(true)
  expect(yields(made('b', 1), made('a', 2, 'Created'))).toBe(false)
})

test('of two made in one second the one that has it keeps it, whatever the uids', () => {
  expect(yields(made('b', 1, 'Created'), made('a', 1))).toBe(false)
  expect(yields(made('a', 1), made('b', 1, 'Created'))).toBe(true)
})

test('of two made in one second that both wait just one goes on', () => {
  expect([yields(made('a', 1), made('b', 1)), yields(made('b', 1), made('a', 1))]).toEqual([false, true])
})
