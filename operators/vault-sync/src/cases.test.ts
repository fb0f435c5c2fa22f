import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** The rows of the tables in the page about cases. */
function rows(): readonly { readonly number: string; readonly title: string }[] {
  const page = readFileSync(join(root, 'docs/vault-sync/cases.md'), 'utf8')
  return page
    .split('\n')
    .map((line) => line.split(' | '))
    .filter((cells) => /^\| (B\d+|2\.6\.\d+)$/.test(cells[0]!))
    .map((cells) => ({ number: cells[0]!.slice(2), title: cells.at(-1)!.replace(/ \|$/, '') }))
}

/** The texts of all tests about the operator. */
function tests(): string {
  const files = globSync(['operators/vault-sync/src/**/*.test.ts', 'test/integration/*vault-sync*.test.ts'], { cwd: root })
  return files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
}

const numbers = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`)

test('2.6.21: every case has its test, which is named after it, and none is left out', () => {
  const all = rows()
  expect(all.map(({ number }) => number)).toEqual([...numbers('B', 42), ...numbers('2.6.', 21)])
  const text = tests()
  const misnamed = all.filter(({ number, title }) => !title.slice(0, title.indexOf(': ')).split(', ').includes(number))
  expect(misnamed).toEqual([])
  expect(all.filter(({ title }) => !text.includes(`'${title}`))).toEqual([])
})
