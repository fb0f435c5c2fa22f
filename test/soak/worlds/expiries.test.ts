import { describe, expect, test } from 'vitest'
import { Expiries } from './expiries.ts'

const NOW = 1_000_000

/** One that stays, one that is due in ten seconds, and one that was ten seconds ago. */
function expiries(): Expiries {
  const all = new Expiries()
  all.note('settings', { uid: 'a', dueAt: undefined })
  all.note('young', { uid: 'b', dueAt: NOW + 10_000 })
  all.note('old', { uid: 'c', dueAt: NOW - 10_000 })
  return all
}
const server = (objects: Readonly<Record<string, string>>) => new Map(Object.entries(objects))

describe('the oracle of deletions', () => {
  test.each([
    ['is content when only what is due is gone', { settings: 'a', young: 'b' }, []],
    ['finds what stays and is gone', { young: 'b' }, ['settings']],
    ['finds what has gone before its time', { settings: 'a' }, ['young']],
    ['finds what is another object of the same name', { settings: 'new', young: 'b' }, ['settings']],
  ])('%s', (_, objects, found) => expect(expiries().wronglyGone(server(objects), NOW)).toEqual(found))

  test.each([
    ['is content when what was due is gone', { settings: 'a', young: 'b' }, []],
    ['finds what was due and is there', { settings: 'a', young: 'b', old: 'c' }, ['old']],
    ['takes another object of the same name for what it is', { settings: 'a', young: 'b', old: 'new' }, []],
  ])('%s', (_, objects, found) => expect(expiries().overdue(server(objects), NOW)).toEqual(found))

  test('gives what has just become due the second that its creation time leaves open', () => {
    const all = new Expiries()
    all.note('just', { uid: 'a', dueAt: NOW })
    expect(all.overdue(server({ just: 'a' }), NOW + 999)).toEqual([])
    expect(all.overdue(server({ just: 'a' }), NOW + 1_000)).toEqual(['just'])
  })

  test('takes a change of the time for what holds from then on', () => {
    const all = expiries()
    all.note('old', { uid: 'c', dueAt: undefined })
    expect(all.wronglyGone(server({ settings: 'a', young: 'b' }), NOW)).toEqual(['old'])
  })

  test('counts what has gone rightly once, and then it is no longer its matter', () => {
    const all = expiries()
    expect(all.settle(server({ settings: 'a', young: 'b' }), NOW)).toBe(1)
    expect(all.settle(server({ settings: 'a', young: 'b' }), NOW)).toBe(0)
    expect(all.due()).toEqual(['young'])
  })

  test('knows which may still be changed', () => {
    expect(expiries().staying(NOW)).toEqual(['settings', 'young'])
    expect(expiries().staying(NOW, 10_000)).toEqual(['settings'])
  })
})
