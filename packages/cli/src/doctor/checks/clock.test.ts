import { expect, test } from 'vitest'
import { clockFindings, leastSkew } from './clock.ts'

const at = (sentAt: number, receivedAt: number, serverTime: number) => ({ sentAt, receivedAt, serverTime })

test.each([
  ['the same second', at(100_200, 100_300, 100_000), 0],
  ['the server’s second has just begun', at(100_990, 101_010, 101_000), 0],
  ['an answer that took long says little', at(100_000, 160_000, 130_000), 0],
  ['this machine is ahead', at(110_000, 110_100, 100_000), 9_000],
  ['this machine is behind', at(90_000, 90_100, 100_000), -9_900],
])('%s', (_, facts, skew) => expect(leastSkew(facts)).toBe(skew))

test('a few seconds are tolerated, more is told with its direction', () => {
  expect(clockFindings(at(104_000, 104_000, 100_000))).toEqual([])
  expect(clockFindings(at(120_000, 120_000, 100_000))).toMatchObject([
    { level: 'error', problem: expect.stringMatching(/19 s ahead .* too early/) as string },
  ])
  expect(clockFindings(at(80_000, 80_000, 100_000))).toMatchObject([
    { problem: expect.stringMatching(/20 s behind .* too late/) as string },
  ])
})
