import { expect, test } from 'vitest'
import { dueBuckets } from './due-buckets.ts'

const NOW = Date.UTC(2026, 0, 1)
const filled = (...inMs: readonly number[]) =>
  dueBuckets(
    inMs.map((ms) => ({ policy: 'a', at: NOW + ms, dryRun: false })),
    NOW,
  ).flatMap(({ label, count }) => (count === 0 ? [] : [`${label}: ${count}`]))

test.each<[string, readonly number[], readonly string[]]>([
  ['what was due before now, and what is due now, is due', [-5_000, 0], ['due: 2']],
  ['a bucket ends with its own time', [300_000, 300_001], ['5 min: 1', '15 min: 1']],
  ['what is beyond a week is later', [7 * 86_400_000, 7 * 86_400_000 + 1, 1e12], ['1 week: 1', 'later: 2']],
  ['nothing is nothing', [], []],
])('%s', (_, falling, buckets) => {
  expect(filled(...falling)).toEqual(buckets)
})

test('every bucket is there, empty or not, so that the picture stands still', () => {
  expect(dueBuckets([], NOW).map(({ label }) => label)).toHaveLength(13)
})
