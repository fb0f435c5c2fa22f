import { describe, expect, test } from 'vitest'
import type { Frame, ObjectRow } from '../model/snapshot.ts'
import { Frames } from './frames.ts'

const row = (id: string, reason = ''): ObjectRow => ({
  id,
  kind: 'Pod',
  namespace: '',
  name: id,
  health: 'ok',
  reason,
  created: 0,
  changed: 0,
})
const collecting = () => {
  const frames = new Frames()
  frames.collect(true)
  return { frames, start: frames.last }
}
const read = (frames: Frames, after: number) => frames.after(after)?.map(({ text }) => JSON.parse(text) as Frame)

describe('frames', () => {
  test('many changes of one object are one row', () => {
    const { frames, start } = collecting()
    for (const reason of ['a', 'b', 'c']) frames.changed(row('x', reason))
    frames.flush()
    expect(read(frames, start)?.map(({ rows }) => rows.map(({ reason }) => reason))).toEqual([['c']])
  })

  test('one that came and went within a frame is gone', () => {
    const { frames, start } = collecting()
    frames.changed(row('x'))
    frames.gone('x')
    frames.flush()
    expect(read(frames, start)).toMatchObject([{ rows: [], gone: ['x'] }])
  })

  test('one that went and came is there', () => {
    const { frames, start } = collecting()
    frames.gone('x')
    frames.changed(row('x'))
    frames.flush()
    expect(read(frames, start)).toMatchObject([{ rows: [{ id: 'x' }], gone: [] }])
  })

  test('nothing happened: no frame', () => {
    const { frames, start } = collecting()
    expect(frames.flush()).toBe(false)
    expect(frames.last).toBe(start)
  })

  test('a reader that was away gets what it missed, and one that was away for too long is told so', () => {
    const { frames, start } = collecting()
    for (let at = 0; at < 300; at++) {
      frames.touched(String(at))
      frames.flush()
    }
    expect(read(frames, frames.last - 2)?.map(({ touched }) => touched)).toEqual([['298'], ['299']])
    expect(frames.after(frames.last)).toEqual([])
    expect(frames.after(start)).toBeUndefined()
    expect(frames.after(frames.last + 1)).toBeUndefined()
  })

  test('nobody looks: nothing is kept, and who comes back begins anew', () => {
    const { frames } = collecting()
    frames.changed(row('x'))
    frames.flush()
    const before = frames.last
    frames.collect(false)
    frames.changed(row('y'))
    expect(frames.flush()).toBe(false)
    frames.collect(true)
    expect(frames.after(before)).toBeUndefined()
  })

  test('what happens everywhere is told up to what a person can read', () => {
    const { frames, start } = collecting()
    for (let sequence = 0; sequence < 100; sequence++) frames.happened({ sequence, at: 0, object: 'x', tone: 'plain', text: '' })
    frames.flush()
    expect(read(frames, start)?.[0]?.happenings.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, at) => 80 + at))
  })
})
