import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SecretValues } from './secret-values.ts'

function hiding(...values: readonly string[]): SecretValues {
  const secrets = new SecretValues()
  for (const value of values) secrets.add(value)
  return secrets
}

describe('a value that was registered', () => {
  test.each([
    ['in the middle of a text', 'login with correct-horse failed', 'login with [redacted] failed'],
    ['alone', 'correct-horse', '[redacted]'],
    ['twice', 'correct-horse correct-horse', '[redacted] [redacted]'],
    ['at the end of a longer word', 'xcorrect-horse', 'x[redacted]'],
    ['in base64', `data: ${btoa('correct-horse')}`, 'data: [redacted]'],
    ['nowhere', 'correct-hors', 'correct-hors'],
  ])('is hidden %s', (_, text, shown) => {
    expect(hiding('correct-horse').hide(text)).toBe(shown)
  })

  test('is hidden as a URL and as JSON write it', () => {
    const secrets = hiding('p&ss "wörd"')
    expect(secrets.hide(`https://x/?password=${encodeURIComponent('p&ss "wörd"')}`)).toBe('https://x/?password=[redacted]')
    expect(secrets.hide(`body ${JSON.stringify({ a: 'p&ss "wörd"' })}`)).toBe('body {"a":"[redacted]"}')
  })

  test('is hidden whole when a shorter one stands in it, or overlaps it', () => {
    expect(hiding('secret-one', 'secret-one-and-two', 'and-two-three').hide('a secret-one-and-two-three b')).toBe('a [redacted] b')
  })

  test('that is as short as a word is left alone', () => {
    expect(hiding('admin').hide('admin logged in')).toBe('admin logged in')
  })

  test('is shown again when everybody who added it has let it go', () => {
    const secrets = new SecretValues()
    const [first, second] = [secrets.add('correct-horse'), secrets.add('correct-horse')]
    first()
    first()
    expect(secrets.hide('correct-horse')).toBe('[redacted]')
    second()
    expect([secrets.hide('correct-horse'), secrets.size]).toEqual(['correct-horse', 0])
  })

  test('stays hidden when another one goes that is spelled like its base64', () => {
    const secrets = hiding('correct-horse')
    secrets.add(btoa('correct-horse'))()
    expect(secrets.hide(btoa('correct-horse'))).toBe('[redacted]')
  })
})

test('of more than twenty thousand values the oldest go', () => {
  const secrets = new SecretValues()
  for (let i = 0; i < 20_010; i++) secrets.add(`value-number-${i}.`)
  expect(secrets.size).toBe(20_000)
  expect(secrets.hide('value-number-9. value-number-10. value-number-20009.')).toBe('value-number-9. [redacted] [redacted]')
})

test('no value that was added and not removed is ever shown, and the rest of the text always is', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 6, maxLength: 9 })
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 6 }),
      fc.array(letters, { maxLength: 3 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ') }),
      (kept, gone, text) => {
        const secrets = hiding(...kept)
        for (const value of gone) secrets.add(value)()
        expect(secrets.hide(text)).toBe(hiddenSlowly(kept, text))
      },
    ),
    { numRuns: 500 },
  )
})

/** Every character that is part of any occurrence is hidden; neighbours that do not overlap stay apart. */
function hiddenSlowly(values: readonly string[], text: string): string {
  const spans: { start: number; end: number }[] = []
  for (const value of values)
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) spans.push({ start: at, end: at + value.length })
  const joined: { start: number; end: number }[] = []
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1)
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end)
    else joined.push({ ...span })
  }
  let shown = text
  for (const { start, end } of joined.reverse()) shown = `${shown.slice(0, start)}[redacted]${shown.slice(end)}`
  return shown
}
