// When keys are replaced and when those of before are retired: by the calendar, and by whether somebody uses them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AccessKey } from '../kinds/access-key.ts'
import { type LastUse, rotationPlan } from './rotation-plan.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (text: string) => Date.parse(text)

const plan = (rotate: object) =>
  rotationPlan(
    AccessKey.of({
      metadata: { name: 'k', namespace: 'n' },
      spec: { providerRef: { name: 'p' }, userRef: { name: 'u' }, rotate: { enabled: true, ...rotate } },
    }).spec.rotate,
  )

const made = (createdAt: string) => ({ createdAt: at(createdAt) })

describe('a key is due', () => {
  test.each<[string, object, string, string]>([
    ['after the interval', { intervalDays: 30 }, '2026-01-01T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['with the next tick', { schedule: '0 3 1 */3 *' }, '2026-01-02T00:00:00Z', '2026-04-01T03:00:00Z'],
    ['not with the tick at which it was made', { schedule: '@daily' }, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['in the zone', { schedule: '0 3 * * *', timeZone: 'Europe/Berlin' }, '2026-06-01T12:00:00Z', '2026-06-02T01:00:00Z'],
    ['after the gap of spring', { schedule: '30 2 29 3 *', timeZone: 'Europe/Berlin' }, '2026-03-01T00:00:00Z', '2026-03-29T01:00:00Z'],
    [
      'by the schedule, where there is one, and not by the interval',
      { schedule: '@yearly', intervalDays: 30 },
      '2026-02-01T00:00:00Z',
      '2027-01-01T00:00:00Z',
    ],
  ])('%s', (_name, rotate, createdAt, due) => expect(plan(rotate).dueAt(made(createdAt))).toBe(at(due)))

  test('4.6-2 once, whatever was missed: the tick after its making, however long ago', () =>
    expect(plan({ schedule: '@hourly' }).dueAt(made('2020-01-01T00:30:00Z'))).toBe(at('2020-01-01T01:00:00Z')))

  test('never, when rotation is off or not spoken of', () => {
    expect(plan({ enabled: false, schedule: '@daily', whenUnusedDays: 1 }).dueAt(made('2026-01-01T00:00:00Z'))).toBeUndefined()
    expect(plan({ enabled: false, whenUnusedDays: 1 }).idleAt(made('2026-01-01T00:00:00Z'), 'never')).toBeUndefined()
    expect(rotationPlan(undefined).dueAt(made('2026-01-01T00:00:00Z'))).toBeUndefined()
  })

  test.each([
    ['a schedule that is none', { schedule: 'often' }, /five fields/],
    ['a day that never comes', { schedule: '0 0 31 2 *' }, /never comes/],
    ['a zone that is none', { schedule: '@daily', timeZone: 'Mars/Base' }, /time zone/],
  ])('%s is refused', (_name, rotate, problem) => expect(() => plan(rotate)).toThrow(problem))
})

describe('a key that nobody uses', () => {
  const key = made('2026-01-01T00:00:00Z')
  test.each<[string, LastUse, number | undefined]>([
    ['never used: counts from its making', 'never', key.createdAt + 30 * DAY],
    ['used: counts from then', key.createdAt + 5 * DAY, key.createdAt + 35 * DAY],
    ['used before it was made, as clocks differ: counts from its making', key.createdAt - DAY, key.createdAt + 30 * DAY],
    ['not known: is not replaced by guess', undefined, undefined],
  ])('%s', (_name, lastUse, expected) => expect(plan({ whenUnusedDays: 30 }).idleAt(key, lastUse)).toBe(expected))

  test('does not count where nothing is said of it', () => expect(plan({}).idleAt(key, 'never')).toBeUndefined())
})

describe('the key of before', () => {
  const expiresAt = at('2026-01-08T00:00:00Z')
  const replacedAt = expiresAt - 7 * DAY
  const key = { createdAt: 0, expiresAt }
  test.each<[string, object, LastUse, number]>([
    ['has its time', {}, replacedAt, expiresAt],
    ['has its time where nothing is known', { previousKeysUnusedHours: 12, previousKeysExtensionDays: 5 }, undefined, expiresAt],
    ['goes before, when it was never used', { previousKeysUnusedHours: 12 }, 'never', replacedAt + 12 * HOUR],
    ['goes before, when it was not used since', { previousKeysUnusedHours: 12 }, replacedAt - 9 * DAY, replacedAt + 12 * HOUR],
    ['goes so long after its last use', { previousKeysUnusedHours: 12 }, replacedAt + 2 * DAY, replacedAt + 2 * DAY + 12 * HOUR],
    ['never later than its time by that', { previousKeysUnusedHours: 100 }, expiresAt - HOUR, expiresAt],
    ['works on while it is used', { previousKeysExtensionDays: 5 }, expiresAt - HOUR, expiresAt + 23 * HOUR],
    ['works on for so long at most', { previousKeysExtensionDays: 5 }, expiresAt + 30 * DAY, expiresAt + 5 * DAY],
    ['does not work on for a use of long ago', { previousKeysExtensionDays: 5 }, expiresAt - 2 * DAY, expiresAt],
  ])('%s', (_name, rotate, lastUse, expected) => expect(plan(rotate).retiresAt(key, lastUse)).toBe(expected))

  test('is retired between its replacement and the end of its extension, whatever is said', () =>
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 6, max: 720 }), { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
        fc.oneof(fc.constant<LastUse>('never'), fc.constant(undefined), fc.integer({ min: 0, max: expiresAt + 400 * DAY })),
        (previousKeysUnusedHours, previousKeysExtensionDays, lastUse) => {
          const rotate = {
            ...(previousKeysUnusedHours !== undefined && { previousKeysUnusedHours }),
            ...(previousKeysExtensionDays !== undefined && { previousKeysExtensionDays }),
          }
          const end = plan(rotate).retiresAt(key, lastUse)
          expect(end).toBeGreaterThan(replacedAt)
          expect(end).toBeLessThanOrEqual(expiresAt + (previousKeysExtensionDays ?? 0) * DAY)
        },
      ),
    ))

  test('the server is asked for uses only where they count', () => {
    expect(plan({}).asksForUse).toBe(false)
    for (const rotate of [{ whenUnusedDays: 3 }, { previousKeysUnusedHours: 6 }, { previousKeysExtensionDays: 1 }])
      expect(plan(rotate).asksForUse).toBe(true)
  })
})
