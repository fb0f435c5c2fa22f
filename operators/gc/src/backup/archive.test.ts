import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pack, unpack } from './archive.ts'

const configMap = (data: Readonly<Record<string, string>>) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data })

test('what is unpacked is what was packed, whatever text is in it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (data) => {
      const object = configMap({ ...data })
      expect(unpack(pack(object))).toEqual(JSON.parse(JSON.stringify(object)))
    }),
    { numRuns: 30 },
  )
})

test('S12: 1.5 MB that cannot be compressed go into parts that a Secret can hold, and come back', () => {
  const object = configMap({ random: randomBytes(1_100_000).toString('base64') })
  const { parts, sha256 } = pack(object)
  expect(parts.map(({ length }) => length <= 900_000)).toEqual([true, true])
  expect(unpack({ parts, sha256 })).toEqual(object)
})

test('the same object is packed to the same bytes, by which an earlier try is known again', () => {
  expect(pack(configMap({ a: 'b' }))).toEqual(pack(configMap({ a: 'b' })))
})

test('parts that are missing, in another order, or of something else are refused', () => {
  const { parts, sha256 } = pack(configMap({ random: randomBytes(1_100_000).toString('base64') }))
  expect(() => unpack({ parts: parts.slice(0, 1), sha256 })).toThrow()
  expect(() => unpack({ parts: parts.toReversed(), sha256 })).toThrow()
  expect(() => unpack({ parts: pack(configMap({})).parts, sha256 })).toThrow('checksum')
})

test('what would unpack to more than any object has is not unpacked', () => {
  expect(() => unpack({ parts: [gzipSync(Buffer.alloc(64 * 1024 * 1024))], sha256: '' })).toThrow(/larger than|buffer/i)
})
