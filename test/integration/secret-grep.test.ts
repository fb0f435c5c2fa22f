// The search for secrets finds what it looks for: else "0 hits" would say nothing.
import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encodingsOf } from './secret-encodings.ts'
import { SecretGrep } from './secret-grep.ts'

const SHARE = createHash('sha256').update('share').digest()
const PASSWORD = 'pä55 "word"\nof 2 lines'
const NOISE = JSON.stringify({
  uid: '4f1c2f0e-7d0a-4f53-9c55-0d4a8be1a111',
  message: 'nothing to see',
  data: 'c29tZXRoaW5nIGVsc2U=',
}).repeat(50)

function grepFor(name: string, bytes: Buffer): SecretGrep {
  const grep = new SecretGrep()
  grep.lookFor({ name, bytes })
  return grep
}

describe.each([
  ['a share', SHARE],
  ['a password', Buffer.from(PASSWORD)],
] as const)('%s', (name, secret) => {
  const grep = grepFor(name, secret)

  test.each(encodingsOf(secret).map(({ name: encoding, text }) => [encoding, text] as const))('is found in %s', (_, text) => {
    for (const place of [text, `… ${text} …`, JSON.stringify({ nested: text }), NOISE + text + NOISE])
      expect(grep.hitsIn({ log: place })).toContainEqual(expect.objectContaining({ secret: name, place: 'log' }))
  })

  test('is found by its beginning, its end, and what is left of it by a log that cuts lines', () => {
    const base64 = secret.toString('base64').replaceAll('=', '')
    const hex = secret.toString('hex')
    for (const part of [base64.slice(0, 8), hex.slice(0, 12), hex.slice(-12), base64.slice(5, 20), hex.slice(7, 30)])
      expect(grep.hitsIn({ log: `key=${part}…` })).not.toEqual([])
  })

  test('is found in what is packed, be it in base64 or packed twice', () => {
    const body = gzipSync(JSON.stringify({ data: { key: secret.toString('base64') } }))
    for (const place of [
      body,
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body]),
      `{"body":"${body.toString('base64')}"}`,
      gzipSync(gzipSync(secret.toString('hex'))),
    ])
      expect(grep.hitsIn({ trace: place })).not.toEqual([])
  })

  test('is found wherever in a longer text it was when that was encoded', () => {
    for (const before of ['', 'a', 'ab', '{"token":"'])
      expect(grep.hitsIn({ log: Buffer.concat([Buffer.from(before), secret, Buffer.from('"}')]).toString('base64') })).not.toEqual([])
  })
})

test('what is no secret is not found', () => {
  const grep = new SecretGrep()
  for (let count = 0; count < 20; count++) grep.lookFor({ name: `share ${count}`, bytes: createHash('sha256').update(`${count}`).digest() })
  const others = Array.from({ length: 2_000 }, (_, index) => createHash('sha512').update(`other ${index}`).digest())
  expect(
    grep.hitsIn({ hex: others.map((each) => each.toString('hex')).join(), base64: others.map((each) => each.toString('base64')).join() }),
  ).toEqual([])
})

test('a secret that could be met by chance is refused', () => {
  expect(() => new SecretGrep().lookFor({ name: 'short', bytes: Buffer.from('1234567') })).toThrow('short has 7 bytes')
})

test('what was searched is counted, and a hit shows no secret', () => {
  const grep = grepFor('share 1', SHARE)
  grep.lookFor({ name: 'the same', bytes: SHARE }, { name: 'share 2', bytes: randomBytes(32) })
  expect(grep.hitsIn({ log: NOISE })).toEqual([])
  expect(grep.hitsIn({ log: SHARE.toString('hex') })).toEqual([{ secret: 'share 1', encoding: 'hex', place: 'log' }])
  expect(grep.summary()).toMatch(/^secrets: 2 values x \d+ encodings, \d+ KiB searched, 1 hits\n$/)
})
