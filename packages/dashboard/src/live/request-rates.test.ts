import { expect, test } from 'vitest'
import { RequestRates } from './request-rates.ts'

test('verbs with their counts, failures and rates, the most used first', () => {
  const rates = new RequestRates()
  const counts = (get: number, failed: number) => [
    { method: 'get', code: '200', count: get },
    { method: 'GET', code: '404', count: failed },
    { method: 'PATCH', code: '<error>', count: 1 },
  ]
  expect(rates.look(counts(10, 0), 0).map(({ perSecond }) => perSecond)).toEqual([0, 0])
  expect(rates.look(counts(14, 2), 2_000)).toEqual([
    { verb: 'GET', count: 16, failed: 2, perSecond: 3 },
    { verb: 'PATCH', count: 1, failed: 1, perSecond: 0 },
  ])
})
