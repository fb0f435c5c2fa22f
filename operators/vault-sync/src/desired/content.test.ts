import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Content, contentOf, type SecretContent, secretNamesOf } from './content.ts'
import { digestKey, digestOf, keyIdOf } from './digest.ts'
import { encodeValue } from './value.ts'

type Spec = Parameters<typeof contentOf>[0]

const merged: Spec = { layout: 'Merged', binary: 'Base64', missingKeys: 'Fail', sourceMissing: 'Keep' }
const each: Spec = { ...merged, layout: 'PerSecret' }

const secret = (data: Record<string, string | Buffer>, type = 'Opaque'): SecretContent => ({
  type,
  data: new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)])),
})

const content = (spec: Spec, secrets: Record<string, SecretContent | undefined>, maxBytes = 1_000_000): Content =>
  contentOf(spec, new Map(Object.entries(secrets)), { maxBytes })

const dataOf = ({ desired }: Content) => desired.map(({ subPath, data }) => [subPath, data])
const reasons = ({ problems }: Content) => problems.map(({ reason }) => reason)

describe('what is to be in Vault', () => {
  test('one secret for each Secret that is found', () => {
    const made = content({ ...each, sources: [{ name: 'a' }, { name: 'b' }] }, { a: secret({ x: '1' }), b: secret({ y: '2' }) })
    expect(dataOf(made)).toEqual([
      ['a', { x: '1' }],
      ['b', { y: '2' }],
    ])
  })

  test('chosen keys of several in one, with prefixes and other names', () => {
    const spec: Spec = {
      ...merged,
      sources: [
        { name: 'db', keys: ['user', 'pass'], prefix: 'DB_', rename: { pass: 'PASSWORD' } },
        { name: 'mail', keys: ['token'] },
      ],
    }
    const made = content(spec, { db: secret({ user: 'u', pass: 'p', port: '1' }), mail: secret({ token: 't' }) })
    expect(dataOf(made)).toEqual([['', { DB_user: 'u', DB_PASSWORD: 'p', token: 't' }]])
  })

  test('values made of others', () => {
    const spec: Spec = {
      ...merged,
      templates: {
        url: 'pg://{{ db/user }}:{{ db/pass | urlencode }}@{{db/host|trim}}',
        b: '{{ db/pass | base64 }}',
        j: '{"p":{{ db/pass | json }}}',
      },
    }
    const made = content(spec, { db: secret({ user: 'u', pass: 'a/"b', host: ' h ' }) })
    expect(made.desired[0]?.data).toEqual({ url: 'pg://u:a%2F%22b@h', b: 'YS8iYg==', j: '{"p":"a/\\"b"}' })
  })

  test('a value with braces in it is not taken for a template', () => {
    const spec: Spec = { ...merged, templates: { x: '{{ a/one }}' } }
    expect(content(spec, { a: secret({ one: '{{ a/two }}', two: 'secret' }) }).desired[0]?.data).toEqual({ x: '{{ a/two }}' })
  })

  test('all Secrets that are needed are known from the spec', () => {
    expect(secretNamesOf({ sources: [{ name: 'b' }, { name: 'a' }], templates: { x: '{{ c/k }}{{ a/k }}' } })).toEqual(['a', 'b', 'c'])
  })
})

describe('what is wrong', () => {
  test('B23, 2.6.15: two keys of one name are refused, and not one of them dropped', () => {
    const made = content({ ...merged, sources: [{ name: 'a' }, { name: 'b' }] }, { a: secret({ key: '1' }), b: secret({ key: '2' }) })
    expect(made).toMatchObject({ desired: [], held: [''] })
    expect(made.problems).toEqual([expect.objectContaining({ reason: 'KeyCollision', message: expect.stringContaining('"a"') })])
  })

  test('B23: also when a prefix or another name makes them so', () => {
    const spec: Spec = {
      ...merged,
      sources: [
        { name: 'a', keys: ['x'], prefix: 'b_' },
        { name: 'b', keys: ['y'], rename: { y: 'b_x' } },
      ],
    }
    expect(reasons(content(spec, { a: secret({ x: '1' }), b: secret({ y: '2' }) }))).toEqual(['KeyCollision'])
  })

  test('B24: a Secret that has gone keeps what is in Vault, or takes it away when that was asked for', () => {
    const spec: Spec = { ...each, sources: [{ name: 'a' }] }
    expect(content(spec, { a: undefined })).toMatchObject({ desired: [], held: ['a'], problems: [{ reason: 'SourceMissing' }] })
    expect(content({ ...spec, sourceMissing: 'Delete' }, { a: undefined })).toMatchObject({ desired: [], held: [] })
    expect(content({ ...merged, sources: [{ name: 'a' }], sourceMissing: 'Delete' }, { a: undefined })).toMatchObject({ held: [] })
  })

  test('B25, 2.6.14: an optional Secret or key that is missing is no word worth; the others are written', () => {
    const made = content({ ...each, sources: [{ name: 'a', optional: true }, { name: 'b' }] }, { a: undefined, b: secret({ y: '2' }) })
    expect(dataOf(made)).toEqual([['b', { y: '2' }]])
    expect(made.problems).toEqual([])
  })

  test('2.6.14: one missing Secret does not keep the others from being written', () => {
    const made = content({ ...each, sources: [{ name: 'a' }, { name: 'b' }] }, { a: undefined, b: secret({ y: '2' }) })
    expect(dataOf(made)).toEqual([['b', { y: '2' }]])
    expect(reasons(made)).toEqual(['SourceMissing'])
  })

  test('B25: a missing key fails the path, or is left out', () => {
    const spec: Spec = { ...merged, sources: [{ name: 'a', keys: ['x', 'z'] }] }
    expect(content(spec, { a: secret({ x: '1' }) })).toMatchObject({ desired: [], held: [''], problems: [{ reason: 'KeyMissing' }] })
    expect(dataOf(content({ ...spec, missingKeys: 'Skip' }, { a: secret({ x: '1' }) }))).toEqual([['', { x: '1' }]])
  })

  test('2.6.17: a missing key is named, and the keys that are there are not', () => {
    const spec: Spec = { ...merged, sources: [{ name: 'a', keys: ['z'] }] }
    expect(content(spec, { a: secret({ 'confidential-name': '1' }) }).problems[0]?.message).not.toContain('confidential')
  })

  test('a key that every object has is not found in an empty Secret', () => {
    const spec: Spec = { ...merged, sources: [{ name: 'a', keys: ['constructor', '__proto__'], rename: {} }] }
    expect(reasons(content(spec, { a: secret({}) }))).toEqual(['KeyMissing', 'KeyMissing'])
  })

  test('an empty Secret writes nothing, as it would wipe what is there', () => {
    expect(content({ ...merged, sources: [{ name: 'a' }] }, { a: secret({}) })).toMatchObject({ desired: [], held: [''], problems: [] })
  })

  test('B2: what is larger than Vault takes is refused before it is sent', () => {
    const made = content({ ...merged, sources: [{ name: 'a' }] }, { a: secret({ x: 'y'.repeat(2_000) }) }, 2_000)
    expect(made).toMatchObject({ desired: [], held: [''], problems: [{ reason: 'TooLarge' }] })
  })

  test.each(['kubernetes.io/service-account-token', 'helm.sh/release.v1', 'bootstrap.kubernetes.io/token'])(
    'B35: a Secret of type %s is not pushed',
    (type) => {
      expect(reasons(content({ ...each, sources: [{ name: 'a' }] }, { a: secret({ x: '1' }, type) }))).toEqual(['SecretTypeRefused'])
      expect(reasons(content({ ...merged, templates: { k: '{{ a/x }}' } }, { a: secret({ x: '1' }, type) }))).toEqual(['SecretTypeRefused'])
    },
  )
})

describe('values', () => {
  test('B1, 2.6.10: what is no UTF-8 becomes base64 and is marked so', () => {
    const der = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00])
    const made = content({ ...merged, sources: [{ name: 'a' }] }, { a: secret({ 'key.der': der, text: 'ä' }) })
    expect(made.desired[0]).toMatchObject({ data: { 'key.der': der.toString('base64'), text: 'ä' }, base64: ['key.der'] })
    expect(reasons(content({ ...merged, binary: 'Reject', sources: [{ name: 'a' }] }, { a: secret({ x: der }) }))).toEqual(['BinaryValue'])
  })

  test.each(['', 'ümläut', '\u{1f511}', '\ufeffwith a byte order mark', 'a\0b', '\r\n'])('B37: %j comes through as it is', (text) => {
    expect(encodeValue(Buffer.from(text))).toEqual({ text, base64: false })
  })

  test('whatever the bytes, they can be had back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const { text, base64 } = encodeValue(bytes)
        expect(Buffer.from(text, base64 ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes))
      }),
    )
  })
})

describe('the digest', () => {
  const key = digestKey(Buffer.from('0123456789abcdef'))

  test('tells contents apart and not their order, and shows nothing', () => {
    expect(digestOf({ a: '1', b: '2' }, key)).toBe(digestOf({ b: '2', a: '1' }, key))
    expect(digestOf({ a: '1' }, key)).not.toBe(digestOf({ a: '2' }, key))
    expect(digestOf({ a: '1', b: '' }, key)).not.toBe(digestOf({ a: '1' }, key))
    expect(digestOf({ pin: '1234' }, key)).not.toContain('1234')
  })

  test('another key is told by its id', () => {
    const other = digestKey(Buffer.from('fedcba9876543210'))
    expect(keyIdOf(digestOf({}, key))).toBe(key.id)
    expect(other.id).not.toBe(key.id)
    expect(keyIdOf('rubbish')).toBe('')
  })
})
