import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from './correlator.ts'
import { eventOf } from './event.ts'
import { EventJournal } from './journal.ts'
import type { EventNote } from './recorder.ts'

const website = (name: string, namespace = 'shop') => ({
  apiVersion: 'example.dev/v1',
  kind: 'Website',
  metadata: { name, namespace, uid: `uid-${name}` },
})
const event = (name: string, note: Partial<EventNote> = {}, now = 0): RecordedEvent =>
  eventOf(
    { component: 'websites', instance: 'websites-1' },
    website(name),
    { reason: 'Created', note: 'made it', ...note },
    { now, unique: 1n },
  )
const MINUTE = 60_000

function journalWith(...events: readonly RecordedEvent[]): EventJournal {
  const journal = new EventJournal()
  for (const [index, recorded] of events.entries()) journal.record(recorded, index * MINUTE)
  return journal
}
const names = (journal: EventJournal, ...query: Parameters<EventJournal['query']>) =>
  journal.query(...query).map(({ regarding }) => regarding.name)

test('the newest comes first, and no more than were asked for', () => {
  const journal = journalWith(event('a'), event('b'), event('c'))
  expect(names(journal)).toEqual(['c', 'b', 'a'])
  expect(names(journal, { limit: 2 })).toEqual(['c', 'b'])
})

describe('one can ask', () => {
  const journal = journalWith(event('a'), event('b', { type: 'Warning', reason: 'Refused' }), event('c', { reason: 'Refused' }))
  test.each([
    ['by type', { type: 'Warning' }, ['b']],
    ['by reason', { reason: 'Refused' }, ['c', 'b']],
    ['by name', { name: 'a' }, ['a']],
    ['by kind', { kind: 'Website' }, ['c', 'b', 'a']],
    ['by another kind', { kind: 'Pod' }, []],
    ['by namespace', { namespace: 'elsewhere' }, []],
    ['by component', { component: 'websites', since: 2 * MINUTE }, ['c']],
    ['by several', { type: 'Normal', reason: 'Refused' }, ['c']],
  ])('%s', (_, query, expected) => {
    expect(names(journal, query)).toEqual(expected)
  })
})

test('12: the same again is counted, with its last words', () => {
  const journal = journalWith(event('a', { note: 'first' }), event('b'), event('a', { note: 'third' }))
  expect(journal.query()).toMatchObject([
    { regarding: { name: 'a' }, count: 2, note: 'third', first: 0, last: 2 * MINUTE },
    { regarding: { name: 'b' }, count: 1 },
  ])
})

test('12: it holds so many and no more, and what is said again is not what goes', () => {
  const journal = new EventJournal(3)
  for (const name of ['a', 'b', 'c', 'a', 'd', 'e']) journal.record(event(name), 0)
  expect(names(journal)).toEqual(['e', 'd', 'a'])
  for (let n = 0; n < 10_000; n++) journal.record(event(`n${n}`), n)
  expect(journal.query({ limit: 99_999 })).toHaveLength(3)
})

test('statistics count all that was ever said, and the last hour by the minute', () => {
  const journal = new EventJournal(2)
  journal.record(event('a'), 0)
  journal.record(event('a'), 30 * MINUTE)
  journal.record(event('b', { type: 'Warning', reason: 'Refused' }), 90 * MINUTE)
  journal.record(event('c'), 91 * MINUTE)
  expect(journal.statistics(91 * MINUTE)).toEqual({
    total: 4,
    lastHour: 2,
    aggregated: 1,
    entries: 2,
    byType: { Normal: 3, Warning: 1 },
    byReason: { Refused: 1, Created: 1 },
  })
  expect(journal.statistics(89 * MINUTE).lastHour).toBe(3)
  expect(journal.statistics(500 * MINUTE).lastHour).toBe(0)
})
