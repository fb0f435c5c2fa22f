import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineOf, linesOf } from './line.ts'

const values = fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 8 })

/** What can be read, and how it ends. */
function read(bytes: Buffer) {
  const lines = [...linesOf(bytes)]
  const broken = lines.find((line) => line.is === 'broken')
  return { values: lines.flatMap((line) => (line.is === 'value' ? [line.value] : [])), broken }
}

/** -0 has no form of its own in JSON. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('lines', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(values, (all) => {
        expect(read(Buffer.concat(all.map(lineOf)))).toEqual({ values: all.map(asJson), broken: undefined })
      }),
    )
  })

  test('that end anywhere are read up to the last whole one, and the rest is known to be the end', () => {
    fc.assert(
      fc.property(values, fc.nat(), (all, at) => {
        const lines = all.map(lineOf)
        const bytes = Buffer.concat(lines)
        const cut = at % bytes.length
        const { values: found, broken } = read(bytes.subarray(0, cut))
        const whole = lines.filter((_, index) => Buffer.concat(lines.slice(0, index + 1)).length <= cut)
        expect(found).toEqual(all.slice(0, whole.length).map(asJson))
        const end = Buffer.concat(whole).length
        expect(broken).toEqual(cut === end ? undefined : { is: 'broken', last: true, at: end })
      }),
    )
  })

  test('of which one bit is another are not read as something else: from there on it is broken', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 0, max: 7 }), (all, at, bit) => {
        const lines = all.map(lineOf)
        const bytes = Buffer.concat(lines)
        const place = at % bytes.length
        bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << bit), place)
        const hit = lines.findIndex((_, index) => place < Buffer.concat(lines.slice(0, index + 1)).length)
        const { values: found, broken } = read(bytes)
        expect(found).toEqual(all.slice(0, hit).map(asJson))
        expect(broken?.at).toBe(Buffer.concat(lines.slice(0, hit)).length)
      }),
    )
  })

  test('with damage in the middle are told from a torn end', () => {
    const lines = [lineOf(1), lineOf(2), lineOf(3)]
    lines[1]!.writeUInt8(0x78, 9)
    expect(read(Buffer.concat(lines)).broken).toEqual({ is: 'broken', last: false, at: lines[0]!.length })
    expect(read(Buffer.concat(lines.slice(0, 2))).broken).toEqual({ is: 'broken', last: true, at: lines[0]!.length })
  })

  test('before zeros that a file system left are whole, and the zeros are the end', () => {
    const line = lineOf({ a: 1 })
    expect(read(Buffer.concat([line, Buffer.alloc(4096)]))).toEqual({
      values: [{ a: 1 }],
      broken: { is: 'broken', last: true, at: line.length },
    })
  })
})
