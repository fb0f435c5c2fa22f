import { expect, test } from 'vitest'
import { warningHeaders } from './warning-header.ts'

const bytes = (header: string) => Buffer.from(header, 'latin1').toString('utf8')

test('a text stands in quotes, its own with a stroke before them', () => {
  expect(warningHeaders(['unknown field "a\\b"'])).toEqual(['299 - "unknown field \\"a\\\\b\\""'])
})

test('letters of all languages go as UTF-8', () => {
  const [header = ''] = warningHeaders(['größer als 5 – 已弃用 🐛'])
  expect(header).toMatch(/^[\x20-\xff]*$/)
  expect(bytes(header)).toBe('299 - "größer als 5 – 已弃用 🐛"')
})

test('a text that no header can hold is left out, and does not fail the request', () => {
  expect(warningHeaders(['a\r\nset-cookie: x', 'b\u0085', '', 'c'])).toEqual(['299 - "c"'])
})

test('many long texts are cut, and the last ones left out', () => {
  const cut = warningHeaders(Array.from({ length: 30 }, (_, index) => `${String(index).padStart(2, '0')}${'ü'.repeat(300)}`))
  expect(cut).toHaveLength(16)
  expect(new Set(cut.map((header) => [...bytes(header)].length))).toEqual(new Set([256 + '299 - ""'.length]))
})
