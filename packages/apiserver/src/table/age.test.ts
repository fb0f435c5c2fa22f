import { expect, test } from 'vitest'
import { humanAge, humanDuration } from './age.ts'

const S = 1000
const M = 60 * S
const H = 60 * M
const D = 24 * H

test.each([
  [-5 * S, '<invalid>'],
  [-1500, '0s'],
  [0, '0s'],
  [5 * S, '5s'],
  [119 * S, '119s'],
  [2 * M, '2m'],
  [3 * M + 20 * S, '3m20s'],
  [10 * M + 59 * S, '10m'],
  [179 * M, '179m'],
  [3 * H, '3h'],
  [7 * H + 59 * M, '7h59m'],
  [8 * H + 59 * M, '8h'],
  [47 * H, '47h'],
  [2 * D, '2d'],
  [2 * D + 3 * H, '2d3h'],
  [8 * D + 23 * H, '8d'],
  [729 * D, '729d'],
  [730 * D, '2y'],
  [800 * D, '2y70d'],
  [9 * 365 * D, '9y'],
])('%d ms are %s', (ms, text) => expect(humanDuration(ms)).toBe(text))

test('an age without a beginning is unknown', () => {
  expect(humanAge(undefined, 0)).toBe('<unknown>')
  expect(humanAge('yesterday', 0)).toBe('<unknown>')
})
