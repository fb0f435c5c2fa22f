import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compare, expectedFailures, failureIn, focusOf, parseSpecs } from './conformance-specs.ts'

const spec = { name: '[sig-a] b (c) [d]', serial: false, conformance: true }

describe('a list of specs', () => {
  test('tells which are of the conformance suite and which run alone', () => {
    expect(parseSpecs('# about\n\nC\t[sig-a] b (c) [d]\nCS\te\n-\tf\n')).toEqual([
      spec,
      { name: 'e', serial: true, conformance: true },
      { name: 'f', serial: false, conformance: false },
    ])
  })

  test('is refused with the line that is no spec', () => {
    expect(() => parseSpecs('C\ta\nX b')).toThrow('line 2 is no spec')
  })
})

test('a name is a text for Go: what means something in a regular expression is escaped', () => {
  expect(focusOf(spec)).toBe(' \\[sig-a\\] b \\(c\\) \\[d\\]$')
})

describe('what the suite says', () => {
  test.each([
    ['passed', 'Ran 1 of 7579 Specs\nSUCCESS! -- 1 Passed | 0 Failed | 0 Pending', undefined],
    ['failed', '  [FAILED] in [It] - a.go:1\n  [FAILED] expected b\nFAIL! -- 0 Passed | 1 Failed', '[FAILED] expected b'],
    ['panicked', '  [PANICKED] Test Panicked\n', '[PANICKED] Test Panicked'],
    ['skipped, which it is not on the real server', 'SUCCESS! -- 0 Passed | 0 Failed | 0 Pending | 7579 Skipped', 'it did not run'],
  ])('of a spec that %s', (_, output, failure) => expect(failureIn(output)).toBe(failure))
})

test('a failure that nobody expected is news, and so is an expected one that is gone', () => {
  const other = { ...spec, name: 'e' }
  const third = { ...spec, name: 'f' }
  const outcomes = [
    { spec, failure: 'x' },
    { spec: other, failure: undefined },
    { spec: third, failure: 'y' },
  ]
  const expected = ['e', 'f'].map((what) => ({ what, why: 'z' }))
  expect(compare(outcomes, expected)).toEqual({ news: [outcomes[0]], mended: [other] })
})

describe('the parity file', () => {
  const root = join(import.meta.dirname, '..')
  const lists = join(root, 'test', 'conformance')
  const names = readdirSync(lists)
    .filter((file) => file.endsWith('.tsv'))
    .flatMap((file) => parseSpecs(readFileSync(join(lists, file), 'utf8')).map(({ name }) => name))

  test('names no spec that is in no list, and none twice', () => {
    const rows = expectedFailures(readFileSync(join(root, 'docs', 'apiserver', 'parity.yaml'), 'utf8')).map(({ what }) => what)
    expect(rows.filter((row) => !names.includes(row))).toEqual([])
    expect(new Set(rows).size).toBe(rows.length)
  })

  test('needs a reason for each spec', () => {
    expect(() => expectedFailures('conformance:\n  - what: a\n')).toThrow('row 1 of "conformance" needs both')
  })
})
