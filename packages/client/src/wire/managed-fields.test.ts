import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventWithoutManagedFields, withoutManagedFields } from './managed-fields.ts'

const cut = (line: string) => eventWithoutManagedFields(Buffer.from(line)).toString('utf8')
const ENTRY = [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': { 'f:a"]}': {} } } }]

describe('managedFields are cut out of a watch event', () => {
  test.each<[string, object, object]>([
    ['as the last field of the metadata', { name: 'a', managedFields: ENTRY }, { name: 'a' }],
    ['as the first', { managedFields: ENTRY, name: 'a' }, { name: 'a' }],
    ['as the only one', { managedFields: ENTRY }, {}],
    ['between two', { name: 'a', managedFields: ENTRY, uid: 'u' }, { name: 'a', uid: 'u' }],
    ['empty', { name: 'a', managedFields: [] }, { name: 'a' }],
    ['null', { name: 'a', managedFields: null }, { name: 'a' }],
    [
      'after strings full of quotes and brackets',
      { name: 'a', annotations: { x: '{"a":["\\"}]\\\\' }, managedFields: ENTRY },
      { name: 'a', annotations: { x: '{"a":["\\"}]\\\\' } },
    ],
  ])('%s', (_name, metadata, rest) => {
    const event = (content: object) =>
      JSON.stringify({ type: 'ADDED', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: content, data: { k: 'v' } } })
    expect(cut(event(metadata))).toBe(event(rest))
  })

  test('also when other fields come before the metadata, as in custom resources, and with spaces between', () => {
    const event = { object: { aField: [1, { metadata: 'no' }], metadata: { managedFields: ENTRY, name: 'a' } }, type: 'MODIFIED' }
    const wanted = { object: { aField: [1, { metadata: 'no' }], metadata: { name: 'a' } }, type: 'MODIFIED' }
    expect(JSON.parse(cut(JSON.stringify(event, null, 2)))).toEqual(wanted)
  })
})

describe('what is not the metadata of the object stays', () => {
  test.each<[string, object]>([
    ['a field of that name in the spec', { type: 'ADDED', object: { metadata: { name: 'a' }, spec: { managedFields: ENTRY } } }],
    [
      "a Pod template's metadata",
      { type: 'ADDED', object: { metadata: { name: 'a' }, spec: { template: { metadata: { managedFields: ENTRY } } } } },
    ],
    ['the word in a string', { type: 'ADDED', object: { metadata: { name: 'a', annotations: { x: ',"managedFields":[1]' } } } }],
    ['a key of that name in the annotations', { type: 'ADDED', object: { metadata: { annotations: { managedFields: '[]' } } } }],
    ['an event without an object', { type: 'ADDED', managedFields: [] }],
    ['an object that is a string', { type: 'ADDED', object: 'managedFields' }],
  ])('%s', (_name, event) => {
    expect(cut(JSON.stringify(event))).toBe(JSON.stringify(event))
  })

  test.each([
    '{"object":{"metadata":{"managedFields":[1',
    '{"object":{"metadata":{"managedFields":',
    '{"object":{"metadata":{"a":"\\"managedFields',
    '{"object":{"metadata":{"a" "managedFields":[]}}}',
    'managedFields',
    '',
  ])('a line that is no JSON comes back for the parser to refuse: %s', (line) => {
    expect(cut(line)).toBe(line)
  })

  test('a line without the word is not even copied', () => {
    const line = Buffer.from('{"type":"ADDED","object":{"metadata":{"name":"a"}}}')
    expect(eventWithoutManagedFields(line)).toBe(line)
  })
})

describe('of an object by itself, as lists have it', () => {
  const own = (object: object, space?: number) => withoutManagedFields(Buffer.from(JSON.stringify(object, null, space))).toString('utf8')

  test('its own metadata is meant, and an object of that name inside is not', () => {
    const object = { metadata: { name: 'a', managedFields: ENTRY }, object: { metadata: { managedFields: ENTRY } } }
    expect(JSON.parse(own(object, 2))).toEqual({ ...object, metadata: { name: 'a' } })
    expect(own({ object: { metadata: { managedFields: ENTRY } } })).toContain('kubectl')
  })

  test('an object without the word is not even copied', () => {
    const object = Buffer.from('{"metadata":{"name":"a"}}')
    expect(withoutManagedFields(object)).toBe(object)
  })
})

test('for any object the result parses to the same object without metadata.managedFields', { timeout: 60_000 }, () => {
  const field = fc.oneof(fc.constant('managedFields'), fc.constant('metadata'), fc.string())
  const value = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()))
  const metadata = fc.dictionary(field, value)
  const indent = fc.constantFrom(undefined, 1, '\t')
  fc.assert(
    fc.property(fc.array(fc.tuple(field, value)), metadata, fc.nat(), indent, (others, meta, place, space) => {
      const fields = others.filter(([key]) => key !== 'metadata')
      fields.splice(place % (fields.length + 1), 0, ['metadata', { ...meta, managedFields: meta['managedFields'] ?? ENTRY }])
      const event = { type: 'ADDED', object: Object.fromEntries(fields) }
      const { managedFields: _, ...kept } = event.object['metadata'] as Record<string, unknown>
      expect(JSON.parse(cut(JSON.stringify(event, null, space)))).toEqual(
        JSON.parse(JSON.stringify({ type: 'ADDED', object: { ...event.object, metadata: kept } })),
      )
    }),
    { numRuns: 200 },
  )
})
