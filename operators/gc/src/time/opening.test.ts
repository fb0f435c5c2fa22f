import { Cron, WeeklyWindow, Zone } from 'kubewright'
import { expect, test } from 'vitest'
import { anyOpening, cronOpening, firstOpen, opening } from './opening.ts'
import { before, since } from './spans.ts'

const utc = new Zone('UTC')
const at = (text: string) => Date.parse(text)
const text = (instant: number | undefined) => (instant === undefined ? undefined : new Date(instant).toISOString().replace('.000', ''))

test('T7: a missed tick is made up for within its deadline, and after that waits for the next', () => {
  const nightly = cronOpening(new Cron('0 3 * * *', utc), 600_000)
  const due = at('2026-01-01T12:00:00Z')
  const firstAt = (now: string) => text(firstOpen([nightly], due, at(now))?.from)
  expect(firstAt('2026-01-01T13:00:00Z')).toBe('2026-01-02T03:00:00Z')
  expect(firstAt('2026-01-02T03:09:59Z')).toBe('2026-01-02T03:00:00Z')
  expect(firstAt('2026-01-02T03:10:00Z')).toBe('2026-01-03T03:00:00Z')
})

const nights = new WeeklyWindow({ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' })

test('of several constraints the first moment counts at which all allow it, and until the first of them ends', () => {
  const frozen = opening([...before(at('2026-01-05T00:00:00Z')), ...since(at('2026-01-07T23:00:00Z'))])
  expect(firstOpen([nights, frozen], at('2026-01-05T12:00:00Z'), 0)).toEqual({
    from: at('2026-01-07T23:00:00Z'),
    until: at('2026-01-08T05:00:00Z'),
  })
  const due = at('2026-01-06T01:00:00Z')
  expect(firstOpen([nights], due, 0)?.from).toBe(due)
})

test('constraints that never meet are never, and not an endless search', () => {
  const mornings = new WeeklyWindow({ days: ['Mon'], from: '08:00', to: '09:00', timeZone: 'UTC' })
  const evenings = new WeeklyWindow({ days: ['Mon'], from: '18:00', to: '19:00', timeZone: 'UTC' })
  expect(firstOpen([mornings, evenings], 0, 0)).toBeUndefined()
  expect(firstOpen([anyOpening([mornings, evenings])], at('2026-01-05T09:30:00Z'), 0)?.from).toBe(at('2026-01-05T18:00:00Z'))
})
