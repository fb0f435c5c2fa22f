import { expect, test } from 'vitest'
import { apiPath, normalizePath } from './paths.ts'

test.each([
  ['/secret/a/', 'secret/a'],
  ['secret/a b/é', 'secret/a b/é'],
  ['a%b', 'a%b'],
])('%s is %s', (given, wanted) => {
  expect(normalizePath(given)).toBe(wanted)
})

test.each([
  ['', 'it is empty'],
  ['//', 'it is empty'],
  ['a//b', 'empty segment'],
  ['a/../b', 'the segment ".."'],
  ['./a', 'the segment "."'],
  ['a/%2e%2e/b', 'encoded dot'],
  ['a/%2Fb', 'encoded dot, slash'],
  ['a\u0000b', 'not printable'],
  ['a\nb', 'not printable'],
  ['a\u202eb', 'not printable'],
  ['a/ b', 'begins or ends with a blank'],
  ['a/\ud800', 'Unicode'],
])('B4: %j is refused before any request', (given, why) => {
  expect(() => normalizePath(given)).toThrow(why)
})

test('each segment is encoded for itself', () => {
  expect(apiPath('team/kv', 'data', 'a?b/c#d/é%')).toBe('/v1/team/kv/data/a%3Fb/c%23d/%C3%A9%25')
})
