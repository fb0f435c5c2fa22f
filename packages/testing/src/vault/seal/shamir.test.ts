import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inverse, multiply } from './gf256.ts'
import { combine, split } from './shamir.ts'

test('the field is AES’s', () => {
  expect(multiply(0x57, 0x83)).toBe(0xc1)
  for (let a = 1; a < 256; a++) expect(multiply(a, inverse(a))).toBe(1)
})

test('any threshold of shares gives the secret back; one less, and other shares, do not', () => {
  const sizes = fc
    .integer({ min: 2, max: 6 })
    .chain((threshold) => fc.tuple(fc.constant(threshold), fc.integer({ min: threshold, max: 8 })))
  fc.assert(
    fc.property(sizes, fc.uint8Array({ minLength: 16, maxLength: 32 }), fc.nat(), ([threshold, count], bytes, turn) => {
      const secret = Buffer.from(bytes)
      const shares = split(secret, count, threshold, randomBytes)
      const some = Array.from({ length: threshold }, (_, index) => shares[(index + turn) % count]!)
      expect(combine(some)).toEqual({ is: 'secret', bytes: secret })
      expect(combine(some.slice(1))).not.toEqual({ is: 'secret', bytes: secret })
      expect(shares.every((share) => share.length === secret.length + 1)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('what cannot be combined says why', () => {
  const [a, b] = split(Buffer.alloc(32, 1), 3, 2, randomBytes) as [Buffer, Buffer]
  const twin = Buffer.from(a)
  twin[0]! ^= 1
  expect(combine([a, twin])).toEqual({ is: 'refused', why: 'duplicate part detected' })
  expect(combine([a, b.subarray(1)])).toEqual({ is: 'refused', why: 'all parts must be the same length' })
})
