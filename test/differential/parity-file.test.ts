import { expect, test } from 'vitest'
import { judge, type ParityRow, readParityFile } from './parity-file.ts'

const row = (over: Partial<ParityRow>): ParityRow => ({ id: 'r', area: 'a', request: '*', why: 'because', ...over })
const compared = [
  { area: 'a', request: 's/same', differences: [] },
  { area: 'a', request: 's/other', differences: [{ field: 'body.message', ours: 'no such thing', theirs: 'nothing of the kind' }] },
  {
    area: 'a',
    request: 's/less',
    differences: [
      { field: 'body.items[0]', ours: undefined, theirs: { a: 1 } },
      { field: 'code', ours: 200, theirs: 422 },
    ],
  },
]
const verdictOf = (...rows: readonly ParityRow[]) => {
  const { identical, explained, unexplained, idle } = judge(compared, rows)
  return {
    identical,
    explained,
    left: unexplained.flatMap(({ differences }) => differences.map(({ field }) => field)),
    idle: idle.map(({ id }) => id),
  }
}

test.each<[string, readonly ParityRow[], object]>([
  ['without rows every difference is new', [], { explained: 0, left: ['body.message', 'body.items[0]', 'code'], idle: [] }],
  ['a row for all explains all', [row({})], { explained: 2, left: [], idle: [] }],
  ['by request', [row({ request: 's/oth*' })], { explained: 1, left: ['body.items[0]', 'code'] }],
  [
    'by field, and what is left of an answer is new',
    [row({ request: 's/less', field: 'body.*' })],
    { explained: 0, left: ['body.message', 'code'] },
  ],
  ['by what stands there', [row({ ours: 'no *', theirs: '* the kind' })], { left: ['body.items[0]', 'code'], idle: [] }],
  ['by nothing that stands there', [row({ ours: null })], { left: ['body.message', 'code'], idle: [] }],
  ['a row that says something else is idle', [row({ ours: 'yes *' })], { explained: 0, idle: ['r'] }],
  ['characters of patterns in rows are none', [row({ field: 'body.items[0]' })], { left: ['body.message', 'code'], idle: [] }],
])('%s', (_, rows, expected) => {
  expect(verdictOf(...rows)).toMatchObject({ identical: 1, ...expected })
})

test('the file of this server can be read, and says of each divergence why', () => {
  expect(readParityFile().length).toBeGreaterThan(0)
})

test.each([
  ['divergences: [{id: a, area: b, request: c}]', /has no why/],
  ['divergences: [{id: a, area: b, request: c, why: d}, {id: a, area: b, request: c, why: d}]', /two divergences called a/],
])('%s is refused', (text, message) => {
  expect(() => readParityFile(text)).toThrow(message)
})
