import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enlarged, UidColumn, VersionColumn } from './columns.ts'

const uid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
  fc.string(),
  fc.constant('ffffffff-ffff-ffff-ffff-ffffffffffff'),
)

test('a uid is found as it was put, whatever it looks like, and whatever its row held before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), uid), { minLength: 1 }), uid, (rows, other) => {
      const column = new UidColumn()
      const model = new Map<number, string>()
      for (const [row, text] of rows) {
        column.set(row, text)
        model.set(row, text)
      }
      for (const [row, text] of model) {
        expect(column.get(row)).toBe(text)
        expect([column.is(row, text), column.is(row, other)]).toEqual([true, text === other])
        expect(column.hash(row)).toBe(column.hashOf(text))
      }
    }),
  )
})

test('so is a resource version, with all its digits', () => {
  const version = fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom('', '00', '1e3', '9007199254740993', 'NaN', '-0', 'Infinity'))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), version), { minLength: 1 }), (rows) => {
      const column = new VersionColumn()
      const model = new Map<number, string>()
      for (const [row, text] of rows) {
        column.set(row, text)
        model.set(row, text)
      }
      for (const [row, text] of model) expect(column.get(row)).toBe(text)
    }),
  )
})

test('an array that grows keeps what it holds, and is filled behind it', () => {
  expect([...enlarged(Int32Array.of(1, 2), 5, -1)]).toEqual([1, 2, -1, -1, -1])
  expect([...enlarged(Float64Array.of(1, 2, 3, 4), 5)]).toEqual([1, 2, 3, 4, 0, 0])
})
