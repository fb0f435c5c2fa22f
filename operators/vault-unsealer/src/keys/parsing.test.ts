import { expect, test } from 'vitest'
import { parseShares } from './parsing.ts'
import { ShareSet } from './share-set.ts'

const A = Buffer.alloc(33, 0xab)
const B = Buffer.alloc(33, 0xcd)
const [hexA, base64A, hexB, base64B] = [A.toString('hex'), A.toString('base64'), B.toString('hex'), B.toString('base64')]

test.each([
  ['a JSON array', JSON.stringify([hexA, hexB])],
  ['lines', `${hexA}\n${base64B}`],
  ['lines of Windows, with a BOM and blank ones', `\uFEFF${hexA}\r\n\r\n  ${base64B}  \r\n`],
  ['a JSON array with blanks around', `  \n["${base64A}", "${hexB}"]\n`],
])('shares in %s', (_, text) => {
  const { shares, refused } = parseShares(Buffer.from(text))
  expect(shares).toEqual([A, B])
  expect(refused).toEqual([])
})

test.each([
  ['nothing', '', 'there is no share'],
  ['an empty array', '[]', 'there is no share'],
  ['broken JSON', '["a", ]', 'not valid JSON'],
  ['an array of numbers', '[1, 2]', 'not one of texts'],
  ['A15: base64 twice', Buffer.from(base64A).toString('base64'), 'base64 twice'],
  ['A15: too short', Buffer.alloc(8).toString('hex'), 'shorter than 16 bytes'],
  ['A15: another alphabet', 'not-a-share!', 'neither hex nor base64'],
])('%s is refused in words, without what it was', (_, text, words) => {
  const { shares, refused } = parseShares(Buffer.from(text))
  expect(shares).toEqual([])
  expect(refused).toHaveLength(1)
  expect(refused[0]!.why).toContain(words)
  if (text.length > 8) expect(JSON.stringify(refused)).not.toContain(text)
})

test('text that is in brackets on one side only is lines, as the original has it', () => {
  expect(parseShares(Buffer.from(`[${hexA}\n${hexB}`)).shares).toEqual([B])
})

test('A38: the value is overwritten, and the shares when they are not needed any more', () => {
  const value = Buffer.from(hexA)
  const set = new ShareSet(parseShares(value).shares)
  expect(value.every((byte) => byte === 0)).toBe(true)
  const held = set.bytes(set.refs[0]!.fingerprint)!
  expect(held.equals(A)).toBe(true)
  set.wipe()
  expect(held.every((byte) => byte === 0)).toBe(true)
  expect(set.bytes(set.refs[0]!.fingerprint)).toBeUndefined()
})

test('A11: one share in two encodings is one share; a set is the same set in another order', () => {
  const set = new ShareSet(parseShares(Buffer.from(`${hexA}\n${base64A}\n${hexB}`)).shares)
  expect(set.refs.map(({ index }) => index)).toEqual([1, 2])
  expect(new ShareSet([B, A]).name).toBe(set.name)
  expect(new ShareSet([B]).name).not.toBe(set.name)
})
