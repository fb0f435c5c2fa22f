import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeProtobuf, ProtobufError } from './index.ts'

interface Recorded {
  readonly command: string
  readonly body: string
  readonly object: object
}

const { requests } = JSON.parse(readFileSync(new URL('fixtures/kubectl-requests.json', import.meta.url), 'utf8')) as {
  requests: Recorded[]
}

describe('the body of a real kubectl is the object that it prints', () => {
  test.each(requests.map((each) => [each.command, each] as const))('%s', (_command, { body, object }) => {
    expect(decodeProtobuf(Buffer.from(body, 'base64'))).toEqual(object)
  })
})

// A small encoder, for what kubectl does not send.
const varint = (value: bigint): number[] => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}
const number = (field: number, value: bigint | number): number[] => [...varint(BigInt(field * 8)), ...varint(BigInt(value))]
const message = (field: number, ...parts: readonly (readonly number[])[]): number[] => {
  const bytes = parts.flat()
  return [...varint(BigInt(field * 8 + 2)), ...varint(BigInt(bytes.length)), ...bytes]
}
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)])
const double = (field: number, value: number): number[] => [
  ...varint(BigInt(field * 8 + 1)),
  ...Buffer.from(new Float64Array([value]).buffer),
]
const envelope = (apiVersion: string, kind: string, ...raw: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([...Buffer.from('k8s\0'), ...message(1, text(1, apiVersion), text(2, kind)), ...message(2, ...raw)])

describe('values with a form of their own', () => {
  const lease = (...spec: readonly (readonly number[])[]) =>
    decodeProtobuf(envelope('coordination.k8s.io/v1', 'Lease', message(2, ...spec)))['spec']
  const pod = (...spec: readonly (readonly number[])[]) => decodeProtobuf(envelope('v1', 'Pod', message(2, ...spec)))['spec']

  test('a MicroTime keeps its microseconds', () => {
    expect(lease(message(4, number(1, 1_700_000_000), number(2, 123_456_789)))).toEqual({ renewTime: '2023-11-14T22:13:20.123456Z' })
  })

  test('a Time is cut to seconds, and a time before 1970 is one too', () => {
    const metadata = decodeProtobuf(
      envelope('v1', 'ConfigMap', message(1, message(8, number(1, -1)), message(9, number(1, 1_700_000_000), number(2, 999_999_999)))),
    ).metadata
    expect(metadata).toEqual({ creationTimestamp: '1969-12-31T23:59:59Z', deletionTimestamp: '2023-11-14T22:13:20Z' })
  })

  test('a zero time is left out', () => expect(decodeProtobuf(envelope('v1', 'ConfigMap', message(1, message(8)))).metadata).toEqual({}))

  test('a time beyond the year 9999 is refused', () => {
    expect(() => decodeProtobuf(envelope('v1', 'ConfigMap', message(1, message(8, number(1, 1e12)))))).toThrow(
      'a time that JSON cannot carry',
    )
  })

  test('negative numbers come back negative', () => expect(pod(number(25, -5n))).toEqual({ priority: -5 }))

  test('a pointer to zero was meant, a plain zero was not', () => {
    expect(pod(number(4, 0), text(3, ''), number(11, 0))).toEqual({ terminationGracePeriodSeconds: 0 })
  })

  test('IntOrString is a number or a text', () => {
    const target = (...bytes: readonly (readonly number[])[]) =>
      decodeProtobuf(envelope('v1', 'Service', message(1), message(2, message(1, number(3, 80), message(4, ...bytes)))))['spec']
    expect(target(number(1, 0), number(2, 8080), text(3, ''))).toEqual({ ports: [{ port: 80, targetPort: 8080 }] })
    expect(target(number(1, 1), number(2, 0), text(3, 'http'))).toEqual({ ports: [{ port: 80, targetPort: 'http' }] })
  })

  test('a volume has its source inline', () => {
    expect(pod(message(1, text(1, 'v'), message(2, message(19, message(1, text(1, 'cm'))))))).toEqual({
      volumes: [{ name: 'v', configMap: { name: 'cm' } }],
    })
  })

  test('bytes are base64, quantities texts, embedded JSON itself', () => {
    expect(decodeProtobuf(envelope('v1', 'Secret', message(2, text(1, 'k'), message(2, [0, 255])))).data).toEqual({ k: 'AP8=' })
    const hard = message(2, message(1, text(1, 'cpu'), message(2, text(1, '500m'))))
    expect(decodeProtobuf(envelope('v1', 'ResourceQuota', hard))['spec']).toEqual({ hard: { cpu: '500m' } })
    const revision = message(2, text(1, '{"a":[1]}'))
    expect(decodeProtobuf(envelope('apps/v1', 'ControllerRevision', revision)).data).toEqual({ a: [1] })
  })

  test('a list that is a message of its own is a list in JSON', () => {
    const extra = message(4, text(1, 'scopes'), message(2, text(1, 'a'), text(1, 'b')))
    const review = decodeProtobuf(envelope('authentication.k8s.io/v1', 'SelfSubjectReview', message(2, message(1, extra))))
    expect(review['status']).toEqual({ userInfo: { extra: { scopes: ['a', 'b'] } } })
  })

  test('the schema of a CRD has numbers, and what is one thing or another', () => {
    const props = (...parts: readonly (readonly number[])[]) => message(1, ...parts)
    const schema = message(
      4,
      props(text(5, 'object'), double(9, 1.5), message(30, number(1, 1)), message(24, message(1, text(5, 'string')))),
    )
    const version = message(7, text(1, 'v1'), number(2, 1), number(3, 1), schema)
    const crd = decodeProtobuf(envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', message(1), message(2, version)))
    const openAPIV3Schema = { type: 'object', maximum: 1.5, additionalProperties: true, items: { type: 'string' } }
    expect(crd['spec']).toMatchObject({ versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] })
  })

  test('a key called __proto__ stays a key', () => {
    const data = decodeProtobuf(envelope('v1', 'ConfigMap', message(2, text(1, '__proto__'), text(2, 'x'))))['data']
    expect(Object.entries(data as object)).toEqual([['__proto__', 'x']])
  })

  test('fields of a newer version are skipped', () => {
    expect(
      decodeProtobuf(envelope('v1', 'ConfigMap', number(99, 1), text(98, 'x'), message(2, text(1, 'a'), text(2, 'b'))))['data'],
    ).toEqual({ a: 'b' })
  })
})

describe('what cannot be read is refused with the reason', () => {
  test.each<readonly [name: string, bytes: Uint8Array, unsupported: boolean, message: string]>([
    ['JSON under the wrong name', Buffer.from('{"kind":"Pod"}'), false, 'does not begin with'],
    ['nothing', new Uint8Array(), false, 'does not begin with'],
    ['a custom kind', envelope('example.dev/v1', 'Website'), true, 'example.dev/v1 Website cannot be read from protobuf'],
    ['a version that is not stable', envelope('apps/v1beta1', 'Deployment'), true, 'send JSON'],
    ['no kind at all', Buffer.from('k8s\0'), false, 'names no kind'],
    ['a body cut off', envelope('v1', 'ConfigMap', message(1, text(1, 'a'))).subarray(0, -1), false, 'ends in the middle'],
    ['a text that is no text', envelope('v1', 'ConfigMap', message(1, message(1, [0xff]))), false, 'not UTF-8'],
    ['a number for a text', envelope('v1', 'ConfigMap', message(1, number(1, 5))), false, 'a number where a string must stand'],
    ['a text for a number', envelope('v1', 'Pod', message(2, text(25, 'x'))), false, 'bytes where a int32 must stand'],
    ['an endless number', Uint8Array.from([...Buffer.from('k8s\0'), ...Array<number>(12).fill(0xff)]), false, 'more than ten bytes'],
    ['a group', Uint8Array.from([...Buffer.from('k8s\0'), 0x0b]), false, 'wire type 3'],
    ['a packed body', Uint8Array.from([...Buffer.from('k8s\0'), ...text(3, 'gzip')]), true, 'packed as "gzip"'],
  ])('%s', (_name, bytes, unsupported, said) => {
    const refused = () => decodeProtobuf(bytes)
    expect(refused).toThrow(ProtobufError)
    expect(refused).toThrow(said)
    expect(refused).toThrow(expect.objectContaining({ unsupported }))
  })

  test('no bytes make it throw anything else', () => {
    fc.assert(
      fc.property(fc.constantFrom('Pod', 'ConfigMap', 'Event', 'Service'), fc.uint8Array({ maxLength: 200 }), (kind, raw) => {
        try {
          decodeProtobuf(envelope('v1', kind, [...raw]))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError)
        }
      }),
    )
  })
})
