// Single steps of the protocol of keys, by the defects they answer; all ways through it are in protocol.model.test.ts.
import { describe, expect, test } from 'vitest'
import { EMPTY_LEDGER, type Ledger } from './ledger.ts'
import { CLOCK_SKEW, SETTLE } from './lost-key.ts'
import { decide, type Facts, type LiveKey, type SecretView, type Wish } from './protocol.ts'

const DAY = 86_400_000
const NOW = 1_000 * DAY
const wish: Wish = {
  dueAt: ({ createdAt }) => createdAt + 90 * DAY,
  ...{ retention: 7 * DAY, rotateNow: false, active: true, foreignKeys: 'Report' },
}
const live = (id: string, over: Partial<LiveKey> = {}): LiveKey => ({ id, active: true, createdAt: NOW, ...over })
const holding = (id: string, intact = true): SecretView => ({ is: 'ours', intent: 'n', published: { id, intent: 'n', at: 0 }, intact })
const made = (createdAt: number): Ledger => ({ keys: [{ id: 'a', state: 'Current', createdAt }], recent: [] })
const after = (expiresAt: number): Ledger => ({
  keys: [
    { id: 'a', state: 'Previous', createdAt: 0, expiresAt },
    { id: 'b', state: 'Current', createdAt: NOW - DAY },
  ],
  recent: [],
})

const step = (over: Partial<Facts>) =>
  decide({
    ...{ now: NOW, me: 'me', attempted: () => false, ledger: EMPTY_LEDGER, secret: { is: 'absent' }, live: [] },
    ...{ lastUse: () => 'never', wish, newNonce: () => 'new' },
    ...over,
  })

describe('a key is made', () => {
  test('0-9 4.6-4 only when its Secret is there: everything that could stand in the way comes first', () =>
    expect(step({})).toEqual({ do: 'prepare secret' }))
  test('0-9 4.6-4 never into a Secret of somebody else', () =>
    expect(step({ secret: { is: 'foreign' } })).toMatchObject({ do: 'give up', reason: 'SecretConflict' }))
  test('4.4-1 4.6-11 a Secret of somebody else is taken over with its key, where that is offered and is one of the user', () => {
    const secret: SecretView = { is: 'foreign', offered: 'a' }
    expect(step({ secret, live: [live('a')] })).toEqual({ do: 'adopt secret', key: live('a') })
    expect(step({ secret, live: [live('b')] })).toMatchObject({ do: 'give up', reason: 'SecretConflict' })
    expect(step({ secret, live: [live('a')], ledger: made(NOW) })).toMatchObject({ do: 'give up', reason: 'SecretConflict' })
  })
  test('0-11 4.6-1 only after the intent is written down, with the keys there were', () =>
    expect(step({ secret: { is: 'ours', intent: undefined, published: undefined, intact: false }, live: [live('x')] })).toMatchObject({
      do: 'record',
      because: 'intended',
      ledger: { pending: { nonce: 'new', baseline: ['x'], by: 'me' } },
    }))
  test('0-11 4.6-1 never as a third one: it is said which are in the way', () =>
    expect(step({ secret: { ...holding('z', false) }, live: [live('x'), live('y')] })).toMatchObject({
      do: 'give up',
      reason: 'KeyLimitReached',
      ids: ['x', 'y'],
    }))
})

describe('after a creation that was interrupted', () => {
  const pending = { nonce: 'n', at: NOW - SETTLE, by: 'another', baseline: ['old'] }
  const fenced: SecretView = { is: 'ours', intent: 'fenced-n', published: undefined, intact: false }

  test('0-9 4.6-4 a key that nobody has the secret of is removed', () =>
    expect(step({ ledger: { ...EMPTY_LEDGER, pending }, secret: fenced, live: [live('old'), live('lost')] })).toMatchObject({
      do: 'delete',
      id: 'lost',
    }))
  test.each([
    ['one that its maker has tried out, and nobody has used since, is removed, too', pending.at + 5_000, { do: 'delete', id: 'lost' }],
    ['one that somebody uses is not', pending.at + SETTLE + CLOCK_SKEW + 1, { do: 'record', because: 'abandoned' }],
  ] as const)('4.6-4 %s', (_, used, expected) =>
    expect(step({ ledger: { ...EMPTY_LEDGER, pending }, secret: fenced, live: [live('lost')], lastUse: () => used })).toMatchObject(
      expected,
    ),
  )
  test('4.6-17 another process waits until the first can have it no longer', () =>
    expect(step({ ledger: { ...EMPTY_LEDGER, pending: { ...pending, at: NOW } }, secret: fenced })).toMatchObject({
      do: 'wait',
      reason: 'Settling',
    }))
})

describe('rotation', () => {
  test('0-10 4.6-2 comes by the calendar, and not by an edit', () => {
    const facts = { secret: holding('a'), live: [live('a')] }
    expect(step({ ...facts, ledger: made(NOW - 90 * DAY + 1) })).toEqual({ do: 'nothing', until: NOW + 1, foreign: [] })
    expect(step({ ...facts, ledger: made(NOW - 90 * DAY) })).toMatchObject({ do: 'record', because: 'intended' })
  })
  test('0-10 4.6-2 is one after a long time out of work, and not many', () =>
    expect(step({ secret: holding('b'), ledger: after(NOW + DAY), live: [live('a'), live('b')] })).toMatchObject({ do: 'nothing' }))
  test('4.6-2 comes by a calendar of its own, or for want of use, where one is given', () => {
    const facts = { ledger: made(NOW - DAY), secret: holding('a'), live: [live('a')] }
    expect(step({ ...facts, wish: { ...wish, dueAt: () => NOW } })).toMatchObject({ do: 'record', because: 'intended' })
    expect(step({ ...facts, wish: { ...wish, idleAt: () => NOW } })).toMatchObject({ do: 'record', because: 'intended' })
    expect(step({ ...facts, wish: { ...wish, dueAt: () => undefined, idleAt: () => NOW + 5 } })).toMatchObject({
      do: 'nothing',
      until: NOW + 5,
    })
  })
  test('4.6-3 keeps the key of before as its use says, unless somebody asks for a new one now', () => {
    const facts = { ledger: after(NOW - 1), secret: holding('b'), live: [live('a'), live('b')] }
    const used = { ...wish, retiresAt: () => NOW + DAY }
    expect(step({ ...facts, wish: used })).toMatchObject({ do: 'nothing', until: NOW + DAY })
    expect(step({ ...facts, wish: { ...used, dueAt: () => NOW } })).toEqual({ do: 'wait', until: NOW + DAY, reason: 'SlotTaken' })
    expect(step({ ...facts, wish: { ...used, rotateNow: true } })).toMatchObject({ do: 'deactivate', id: 'a' })
    expect(step({ ...facts, ledger: after(NOW + DAY), wish: { ...wish, retiresAt: () => NOW } })).toMatchObject({
      do: 'deactivate',
      id: 'a',
    })
  })
  test('4.6-3 without retention retires the key of before at once: refused first, then deleted', () => {
    const facts = { secret: holding('b'), ledger: after(NOW) }
    expect(step({ ...facts, live: [live('a'), live('b')] })).toMatchObject({ do: 'deactivate', id: 'a' })
    expect(step({ ...facts, live: [live('a', { active: false }), live('b')] })).toMatchObject({ do: 'delete', id: 'a' })
  })
  test('0-12 4.6-10 keeps a key in the books while the server has it', () =>
    expect(step({ secret: holding('b'), ledger: after(NOW), live: [live('a', { active: false }), live('b')] })).not.toMatchObject({
      do: 'record',
    }))
})

describe('what others do', () => {
  test('4.6-4 a key that was deleted on the server is replaced', () =>
    expect(step({ secret: holding('a'), ledger: made(0) })).toMatchObject({ do: 'record', because: 'vanished', ledger: { keys: [] } }))
  test.each([
    ['gone', { is: 'absent' }],
    ['edited', holding('a', false)],
  ] as const)('4.6-4 a Secret that is %s: its key is one of before, for those who have it', (_name, secret) =>
    expect(step({ secret, ledger: made(0), live: [live('a')] })).toMatchObject({
      do: 'record',
      because: 'secret lost',
      ledger: { keys: [{ id: 'a', state: 'Previous', expiresAt: NOW + 7 * DAY }] },
    }),
  )
  test('4.6 a Secret that is deleted again and again does not use up the keys', () =>
    expect(step({ secret: { is: 'absent' }, ledger: made(NOW - 1), live: [live('a')] })).toMatchObject({
      do: 'wait',
      reason: 'RecentlyRotated',
    }))
  test('4.6-4 a status that was lost is read from the Secret', () =>
    expect(step({ secret: holding('a'), live: [live('a')] })).toMatchObject({ do: 'record', because: 'recovered' }))
  test('4.6 keys of somebody else are told and left', () =>
    expect(step({ secret: holding('a'), ledger: made(NOW), live: [live('a'), live('x')] })).toMatchObject({
      do: 'nothing',
      foreign: ['x'],
    }))
  test.each([
    ['Deactivate', 'deactivate'],
    ['Delete', 'delete'],
  ] as const)('4.6 unless foreignKeys is %s', (foreignKeys, action) =>
    expect(step({ secret: holding('a'), ledger: made(NOW), live: [live('a'), live('x')], wish: { ...wish, foreignKeys } })).toMatchObject({
      do: action,
      id: 'x',
    }),
  )
})
