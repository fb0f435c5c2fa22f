import { expect, test } from 'vitest'
import type { Frame, Happening, ObjectRow } from '../../model/snapshot.ts'
import { EMPTY, lookingAt, withFrame, withSnapshot } from './model.ts'

const row = (id: string): ObjectRow => ({ id, kind: 'Pod', namespace: '', name: id, health: 'ok', reason: '', created: 0, changed: 0 })
const frame = (more: Partial<Frame>): Frame => ({ rows: [], gone: [], happenings: [], touched: [], ...more })
const happening = (sequence: number, text = ''): Happening => ({ sequence, at: 0, object: 'a', tone: 'plain', text })
const overview = { now: 1 } as never

test('a snapshot is the whole truth: what is not in it is gone', () => {
  const before = withFrame(EMPTY, frame({ rows: [row('old')] }))
  const after = withSnapshot({ ...before, rows: new Map(before.rows) }, { overview, rows: [row('new')], happenings: [] })
  expect([...after.rows.keys()]).toEqual(['new'])
})

test('a frame changes, adds and removes', () => {
  const model = withSnapshot(EMPTY, { overview, rows: [row('a'), row('b')], happenings: [] })
  const next = withFrame(model, frame({ rows: [{ ...row('a'), reason: 'Other' }, row('c')], gone: ['b'] }))
  expect([...next.rows.values()].map(({ id, reason }) => id + reason)).toEqual(['aOther', 'c'])
  expect(next.version).toBe(model.version + 1)
  expect(withFrame(next, frame({})).version).toBe(next.version)
})

test('a line that ends takes the place of the one that began', () => {
  const model = withSnapshot(EMPTY, { overview, rows: [], happenings: [happening(1), happening(2, 'began')] })
  expect(withFrame(model, frame({ happenings: [happening(2, 'ended')] })).happenings.map(({ text }) => text)).toEqual(['ended', ''])
})

test('only the object that is looked at is counted, and a snapshot counts as news of it', () => {
  const model = lookingAt(EMPTY, 'a')
  const touched = withFrame(model, frame({ touched: ['a', 'b'] }))
  expect([...touched.touches]).toEqual([['a', 1]])
  expect(withSnapshot(touched, { overview, rows: [], happenings: [] }).touches.get('a')).toBe(2)
  expect(lookingAt(touched, 'a')).toBe(touched)
})
