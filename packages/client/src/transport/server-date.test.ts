import { expect, test } from 'vitest'
import { LastServerDate } from './server-date.ts'

const at = (seconds: number) => `Sat, 21 Nov 2026 12:00:0${seconds} GMT`
const noon = Date.UTC(2026, 10, 21, 12)

test('the last date counts, with the moment in which it came', () => {
  const dates = new LastServerDate()
  dates.saw(at(1), 10)
  dates.saw(at(1), 20)
  expect(dates.last).toEqual({ date: noon + 1_000, at: 20 })
  dates.saw(at(2), 30)
  expect(dates.last).toEqual({ date: noon + 2_000, at: 30 })
})

test.each([undefined, '', 'soon'])('an answer whose date is %o says nothing of the time', (header) => {
  const dates = new LastServerDate()
  dates.saw(header, 10)
  expect(dates.last).toBeUndefined()
  dates.saw(at(1), 20)
  dates.saw(header, 30)
  expect(dates.last).toEqual({ date: noon + 1_000, at: 20 })
})
