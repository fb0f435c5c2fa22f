// Each step of the protocol, whole: what is written down, until when is waited, and what is said of it.
import { describe, expect, test } from 'vitest'
import { abandoned, committed, displaced, EMPTY_LEDGER, INTENT_MEMORY, type KeyRecord, type Ledger, without } from './ledger.ts'
import { SETTLE } from './lost-key.ts'
import { decide, type Facts, type LiveKey, type SecretView, type Wish } from './protocol.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const NOW = 1_000 * DAY
const wish: Wish = {
  dueAt: ({ createdAt }) => createdAt + 90 * DAY,
  ...{ retention: 7 * DAY, rotateNow: false, active: true, foreignKeys: 'Report' },
}
const live = (id: string, over: Partial<LiveKey> = {}): LiveKey => ({ id, active: true, createdAt: NOW, ...over })
const holding = (id: string, over: object = {}): SecretView => ({
  is: 'ours',
  intent: 'n',
  published: { id, intent: 'n', at: 5 },
  intact: true,
  ...over,
})
const empty = (intent: string | undefined): SecretView => ({ is: 'ours', intent, published: undefined, intact: false })
const absent: SecretView = { is: 'absent' }
const current = (createdAt: number, id = 'a'): KeyRecord => ({ id, state: 'Current', createdAt })
const previous = (expiresAt: number, id = 'p'): KeyRecord => ({ id, state: 'Previous', createdAt: 0, expiresAt })
const books = (...keys: KeyRecord[]): Ledger => ({ keys, recent: [] })
const intent = (nonce: string, at: number) => ({ nonce, at, baseline: ['a'] })

const step = (over: Partial<Facts>) =>
  decide({
    ...{ now: NOW, me: 'me', attempted: () => false, ledger: EMPTY_LEDGER, secret: absent, live: [] },
    ...{ lastUse: () => 'never', wish, newNonce: () => 'new' },
    ...over,
  })

describe('a Secret of somebody else', () => {
  const offer = { secret: { is: 'foreign', offered: 'a' } as const, live: [live('a')] }

  test.each<[string, Ledger]>([
    ['a key', books(current(0, 'z'))],
    ['an intent', { keys: [], recent: [], pending: { ...intent('n', NOW), by: 'me' } }],
    ['a memory of one', { keys: [], recent: [intent('n', NOW)] }],
  ])('is not taken over by an object that has %s already', (_, ledger) => {
    expect(step({ ...offer, ledger })).toEqual({ do: 'give up', reason: 'SecretConflict', ids: [] })
  })
})

describe('with an intent that is pending', () => {
  const pending = { ...intent('n', NOW), by: 'me' }
  const ledger: Ledger = { keys: [current(0)], recent: [intent('m', 3)], pending }
  const forgotten = { keys: [current(0)], recent: [intent('m', 3), intent('n', NOW)] }

  test('the key that is published under it is the new one, whoever looks, and the one of before has its time', () => {
    const secret: SecretView = { is: 'ours', intent: 'n', published: { id: 'b', intent: 'n', at: NOW + 1 }, intact: true }
    expect(step({ ledger, secret, me: 'another' })).toEqual({
      do: 'record',
      because: 'published',
      ledger: {
        keys: [
          { id: 'a', state: 'Previous', createdAt: 0, expiresAt: NOW + 1 + 7 * DAY },
          { id: 'b', state: 'Current', createdAt: NOW + 1 },
        ],
        recent: [intent('m', 3)],
      },
    })
  })

  test('its maker opens the fence, makes the key behind it, and makes none where another has shut it', () => {
    expect(step({ ledger, secret: empty('m') })).toEqual({ do: 'mark secret', intent: 'n' })
    expect(step({ ledger, secret: empty(undefined) })).toEqual({ do: 'mark secret', intent: 'n' })
    expect(step({ ledger, secret: empty('n') })).toEqual({ do: 'create', intent: 'n' })
    expect(step({ ledger, secret: empty('fenced-n') })).toEqual({ do: 'record', because: 'abandoned', ledger: forgotten })
    expect(step({ ledger, secret: absent })).toEqual({ do: 'record', because: 'abandoned', ledger: forgotten })
  })

  test('whoever has tried, and whoever is another, waits until the answer cannot come any more', () => {
    const wait = { do: 'wait', until: NOW + SETTLE, reason: 'Settling' }
    expect(step({ ledger, secret: empty('n'), attempted: (nonce) => nonce === 'n' })).toEqual(wait)
    expect(step({ ledger, secret: empty('n'), me: 'another', now: NOW + SETTLE - 1 })).toEqual(wait)
  })

  test('then the fence is shut, and only then it is given up', () => {
    const late = { ledger, me: 'another', now: NOW + SETTLE, live: [live('a')] }
    expect(step({ ...late, secret: empty('n') })).toEqual({ do: 'mark secret', intent: 'fenced-n' })
    expect(step({ ...late, secret: empty('fenced-n') })).toEqual({ do: 'record', because: 'abandoned', ledger: forgotten })
    expect(step({ ...late, secret: absent })).toEqual({ do: 'record', because: 'abandoned', ledger: forgotten })
  })
})

describe('a key whose secret was lost', () => {
  const ledger: Ledger = { keys: [current(NOW)], recent: [intent('n', NOW - SETTLE)] }
  const lost = (id: string) => live(id, { createdAt: NOW - SETTLE })

  test('is deleted, and it is said why', () => {
    expect(
      step({ ledger, secret: holding('a', { intent: 'k', published: { id: 'a', intent: 'k', at: 5 } }), live: [live('a'), lost('x')] }),
    ).toEqual({
      do: 'delete',
      id: 'x',
      because: 'its secret was lost before it was stored',
    })
  })

  test('is not guessed among more than our intents can account for', () => {
    const facts = { ledger, secret: holding('a', { intent: 'k', published: { id: 'a', intent: 'k', at: 5 } }) }
    expect(step({ ...facts, live: [live('a'), lost('x'), lost('y')] })).toEqual({ do: 'give up', reason: 'UnknownKeys', ids: ['x', 'y'] })
  })

  test('is never the one that is published', () => {
    expect(step({ ledger: { keys: [], recent: ledger.recent }, secret: holding('x', { intent: 'k' }), live: [lost('x')] })).toMatchObject({
      do: 'record',
      because: 'recovered',
    })
  })
})

test.each([
  [INTENT_MEMORY - 1, { do: 'nothing', until: NOW + 1, foreign: [] }],
  [INTENT_MEMORY, { do: 'record', because: 'forgotten', ledger: { keys: [current(NOW)], recent: [intent('young', NOW)] } }],
])('an intent of %d ms ago is remembered as long as a key of it may still come', (age, expected) => {
  const ledger: Ledger = { keys: [current(NOW)], recent: [intent('old', NOW - age), intent('young', NOW)] }
  expect(step({ ledger, secret: holding('a'), live: [live('a')] })).toEqual(expected)
})

describe('a key of ours that the server does not list', () => {
  test('may only not be listed yet, for two minutes', () => {
    const facts = { ledger: books(current(NOW - 2 * MINUTE + 1)), secret: holding('a') }
    expect(step(facts)).toEqual({ do: 'wait', until: NOW + 1, reason: 'NotYetVisible' })
    expect(step({ ...facts, ledger: books(current(NOW - 2 * MINUTE)) })).toEqual({ do: 'record', because: 'vanished', ledger: books() })
  })

  test('is taken out of the books at once when it is one of before: that was listed', () => {
    const ledger = books({ ...previous(NOW + DAY), createdAt: NOW - 1 }, current(NOW))
    expect(step({ ledger, secret: holding('a'), live: [live('a')] })).toEqual({
      do: 'record',
      because: 'vanished',
      ledger: books(current(NOW)),
    })
  })
})

describe('the current key', () => {
  test('whose Secret is lost is waited with for ten minutes from its creation', () => {
    const facts = { secret: absent, live: [live('a')] }
    expect(step({ ...facts, ledger: books(current(NOW - 10 * MINUTE + 1)) })).toEqual({
      do: 'wait',
      until: NOW + 1,
      reason: 'RecentlyRotated',
    })
    expect(step({ ...facts, ledger: books(current(NOW - 10 * MINUTE)) })).toMatchObject({ do: 'record', because: 'secret lost' })
    expect(step({ ...facts, secret: empty('n'), ledger: books(current(0)) }), 'a Secret with nothing in it').toMatchObject({
      because: 'secret lost',
    })
  })

  test.each([
    [true, false, 'activate', 'its state is to be Active'],
    [false, true, 'deactivate', 'its state is to be Inactive'],
  ])('is to be active: %s', (active, is, what, because) => {
    const facts = { ledger: books(current(NOW)), secret: holding('a'), wish: { ...wish, active } }
    expect(step({ ...facts, live: [live('a', { active: is })] })).toEqual({ do: what, id: 'a', because })
    expect(step({ ...facts, live: [live('a', { active })] })).toMatchObject({ do: 'nothing' })
  })

  test('makes room for a new one that is asked for now by ending the time of the one before', () => {
    const ledger = books(previous(NOW + DAY), current(NOW))
    expect(step({ ledger, secret: holding('a'), live: [live('p'), live('a')], wish: { ...wish, rotateNow: true } })).toEqual({
      do: 'record',
      because: 'shortened',
      ledger: books(previous(NOW), current(NOW)),
    })
  })

  test('waits for room by the calendar until the first of those before is over', () => {
    const ledger = books(previous(NOW + 2 * DAY, 'q'), previous(NOW + DAY), current(0))
    expect(step({ ledger, secret: holding('a'), live: [live('p'), live('q'), live('a')] })).toEqual({
      do: 'wait',
      until: NOW + DAY,
      reason: 'SlotTaken',
    })
  })

  test('is not replaced beside a stranger: no time of ours ends by which there is room', () => {
    const facts = { secret: holding('a'), ledger: books(current(0)), live: [live('a'), live('x')] }
    expect(step(facts)).toEqual({ do: 'give up', reason: 'KeyLimitReached', ids: ['x'] })
  })

  test('is replaced where the intent finds room, beside one of before that somebody else has taken out of the limit', () => {
    const facts = { secret: holding('a'), ledger: books(current(0)), live: [live('a')] }
    expect(step(facts)).toEqual({
      do: 'record',
      because: 'intended',
      ledger: { keys: [current(0)], recent: [], pending: { nonce: 'new', at: NOW, by: 'me', baseline: ['a'] } },
    })
  })

  test('never due, with nothing to remember, needs no further look', () => {
    const facts = { secret: holding('a'), ledger: books(current(NOW)), live: [live('a')] }
    expect(step({ ...facts, wish: { ...wish, dueAt: () => undefined } })).toEqual({ do: 'nothing', until: undefined, foreign: [] })
  })
})

describe('what is not ours', () => {
  const facts = { ledger: books(current(NOW)), secret: holding('a') }
  const because = 'it is not of this object (foreignKeys)'

  test.each<[Wish['foreignKeys'], boolean, object]>([
    ['Report', true, { do: 'nothing', foreign: ['x'] }],
    ['Deactivate', true, { do: 'deactivate', id: 'x', because }],
    ['Deactivate', false, { do: 'nothing', foreign: ['x'] }],
    ['Delete', false, { do: 'delete', id: 'x', because }],
  ])('with "%s", active = %s', (foreignKeys, active, expected) => {
    expect(step({ ...facts, live: [live('a'), live('x', { active })], wish: { ...wish, foreignKeys } })).toMatchObject(expected)
  })
})

describe('a key of before whose time is over', () => {
  const ledger = books(previous(NOW), current(NOW))
  const because = 'its time is over'

  test.each([
    [true, { do: 'deactivate', id: 'p', because }],
    [false, { do: 'delete', id: 'p', because }],
  ])('active = %s', (active, expected) => {
    expect(step({ ledger, secret: holding('a'), live: [live('a'), live('p', { active })] })).toEqual(expected)
  })

  test('goes also when there is no current one', () => {
    expect(step({ ledger: books(previous(NOW)), secret: absent, live: [live('p')] })).toEqual({ do: 'deactivate', id: 'p', because })
  })
})

describe('without a current key', () => {
  test('what the Secret holds is taken back with the time at which it came', () => {
    expect(step({ ledger: books(previous(NOW + DAY)), secret: holding('a'), live: [live('p'), live('a')] })).toEqual({
      do: 'record',
      because: 'recovered',
      ledger: books(previous(NOW + DAY), current(5)),
    })
  })

  test.each<[string, SecretView, readonly LiveKey[], Ledger]>([
    ['the server does not list', holding('z'), [live('p')], books(previous(NOW + DAY))],
    ['is in the books as one of before', holding('p'), [live('p')], books(previous(NOW + DAY))],
    ['has been edited', holding('a', { intact: false }), [live('p')], books(previous(NOW + DAY))],
  ])('a key that %s is not taken back: a new one is made', (_, secret, keys, ledger) => {
    expect(step({ secret, live: keys, ledger })).toMatchObject({ do: 'record', because: 'intended' })
  })

  test('room is made by ending the time of one of before', () => {
    const ledger = books(previous(NOW + DAY), previous(NOW + DAY, 'q'))
    expect(step({ ledger, secret: empty(undefined), live: [live('p'), live('q')] })).toEqual({
      do: 'record',
      because: 'shortened',
      ledger: books(previous(NOW), previous(NOW, 'q')),
    })
  })

  test('keys of others alone cannot be moved: they are named, and ours are not', () => {
    expect(step({ secret: empty(undefined), live: [live('x'), live('y')] })).toEqual({
      do: 'give up',
      reason: 'KeyLimitReached',
      ids: ['x', 'y'],
    })
  })
})

describe('the books', () => {
  test('change the current key into one of before when another is published or it is lost, and no other', () => {
    const ledger = books(previous(7), current(3))
    const superseded = { id: 'a', state: 'Previous', createdAt: 3, expiresAt: NOW + DAY }
    expect(committed(ledger, 'b', NOW, DAY).keys).toEqual([previous(7), superseded, { id: 'b', state: 'Current', createdAt: NOW }])
    expect(displaced(ledger, NOW, DAY).keys).toEqual([previous(7), superseded])
  })

  test('forget one key, and only it', () => expect(without(books(previous(7), current(3)), 'p')).toEqual(books(current(3))))

  test('with nothing pending have nothing to give up', () => expect(abandoned(books(current(3)))).toEqual(books(current(3))))
})
