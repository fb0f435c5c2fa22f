import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanSentences, stringsIn } from './redaction.ts'

test.each([
  ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n', [], 'permission denied, invalid token'],
  [
    "custom_metadata validation failed: '' expected type 'string', got unconvertible type 'map', value: 'map[b:s3cret]'",
    [],
    'value: [redacted]',
  ],
  ['invalid role name "s3cret-role"', ['s3cret-role'], 'invalid role name "[redacted]"'],
  ['no token hvs.CAESIJ123456789abcdef here', [], 'no token [redacted] here'],
  [`share ${'ab'.repeat(33)} refused`, [], 'share [redacted] refused'],
  ['a\u001b[31mred\nline', [], 'a [31mred line'],
])('%j is shown without what is secret', (given, sent, wanted) => {
  expect(cleanSentences([given], sent)[0]).toContain(wanted)
})

test('A31: nothing that was sent comes back, wherever the server puts it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9+/=.-]{8,60}$/), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!before.includes(secret) && !after.includes(secret) && !'[redacted]'.includes(secret))
      expect(cleanSentences([`${before} ${secret} ${after}`], [secret]).join()).not.toContain(secret)
    }),
  )
})

test('all values of a body count as secret, names do not', () => {
  expect([...stringsIn({ data: { user: 'u', list: ['a', { deep: 7 }] }, none: null })]).toEqual(['u', 'a', '7'])
})

test('a page instead of a sentence is cut', () => {
  expect(cleanSentences(['word '.repeat(500)], [])[0]!.length).toBeLessThan(310)
})
