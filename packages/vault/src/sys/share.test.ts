import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeShare, shareFingerprint } from './share.ts'
import { unsealBody } from './unseal-body.ts'

const share = Buffer.from('facecececececececececececececececececececececececececececececece0001', 'hex').subarray(0, 33)

test('A11: one share in hex, base64, upper case, with BOM, CRLF and blanks is one share', () => {
  const hex = share.toString('hex')
  const forms = [hex, hex.toUpperCase(), share.toString('base64'), `\uFEFF${hex}\r\n`, `  ${share.toString('base64')} \n`]
  for (const form of forms) expect(decodeShare(form)).toEqual({ is: 'share', bytes: share })
})

test.each([
  ['', 'empty'],
  [' \n', 'empty'],
  ['!!not-a-key!!', 'alphabet'],
  ['0011223344556677', 'too short'],
  ['ab'.repeat(40), 'too long'],
  [Buffer.from(share.toString('base64')).toString('base64'), 'too long'],
])('A15: %j is refused as %s', (text, why) => {
  expect(decodeShare(text)).toEqual({ is: 'refused', why })
})

test('every share of 16 to 33 bytes survives both encodings, and reaches the wire as JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 33 }), fc.boolean(), (bytes, migrate) => {
      const buffer = Buffer.from(bytes)
      expect(decodeShare(buffer.toString('hex'))).toEqual({ is: 'share', bytes: buffer })
      const sent = JSON.parse(unsealBody(bytes, migrate).toString()) as { readonly key: string; readonly migrate?: boolean }
      expect(sent).toEqual({ key: buffer.toString('hex'), ...(migrate && { migrate: true }) })
    }),
  )
})

test('a fingerprint tells shares apart and holds nothing of them', () => {
  const other = Buffer.from(share)
  other[0]! ^= 1
  expect(shareFingerprint(share)).toMatch(/^[0-9a-f]{8}$/)
  expect(shareFingerprint(other)).not.toBe(shareFingerprint(share))
})
