import { expect, test } from 'vitest'
import { Forbidden } from './forbidden.ts'

const at = (mono: number) => ({ wall: 0, mono })

test('a namespace is left alone for its time, and others are not', () => {
  const forbidden = new Forbidden()
  forbidden.add('team', 100, 'no right')
  expect(forbidden.until('team', at(99))).toBe(100)
  expect(forbidden.until('other', at(99))).toBeUndefined()
  expect([...forbidden.told(at(99))]).toEqual([['team', 'no right']])
  expect(forbidden.until('team', at(100))).toBeUndefined()
  expect(forbidden.told(at(100)).size).toBe(0)
})

test('whoever changes a policy lets it try again at once', () => {
  const forbidden = new Forbidden()
  forbidden.add('', 100, 'no right')
  forbidden.clear()
  expect(forbidden.until('', at(0))).toBeUndefined()
})
