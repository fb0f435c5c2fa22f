// docs/s3/cases.md names a test for each case. It is there, and no case that has a number in a title of a test is missing on the page.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const rows = readFileSync(join(root, 'docs/s3/cases.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, number, , , file] = /^\| (4\.\d-\d+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$/.exec(line) ?? []
    return number === undefined || file === undefined ? [] : [{ number, file }]
  })

/** Numbers at the beginnings of the titles in a file. */
function numbersIn(file: string): readonly string[] {
  const titles = readFileSync(join(root, file), 'utf8').matchAll(/['"`]((?:\d[\d.-]* )+)/g)
  return [...titles].flatMap(([, numbers = '']) => numbers.trim().split(' '))
}

describe('docs/s3/cases.md', () => {
  test.each(rows)('$number is shown in $file', ({ number, file }) => expect(numbersIn(file)).toContain(number))

  test('each of the known defects has its row', () => {
    const defects = rows.map(({ number }) => number).filter((number) => number.startsWith('4.6-'))
    expect(defects).toEqual(Array.from({ length: 26 }, (_, index) => `4.6-${index + 1}`))
  })

  test('every case that tests of servers show is on the page', () => {
    const files = ['s3', 's3-cases', 's3-defects', 's3-examples', 's3-policy-cases', 's3-provider-cases', 's3-quiet'].map(
      (name) => `test/integration/${name}.test.ts`,
    )
    const shown = new Set(files.flatMap(numbersIn).filter((number) => /^4\.\d-/.test(number)))
    expect([...shown].filter((number) => !rows.some((row) => row.number === number)).sort()).toEqual([])
  })
})
