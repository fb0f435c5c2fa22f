import { conditions, defineKind, preserveUnknown, z } from '@kubewright/schema'
import { describe, expect, test } from 'vitest'
import { unknownFields } from './unknown-fields.ts'

const { schema } = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  spec: z.object({
    image: z.string(),
    replicas: z.int().default(1),
    ports: z.array(z.object({ name: z.string(), number: z.int() })).default([]),
    labels: z.record(z.string(), z.string()).default({}),
    anything: preserveUnknown(z.object({})).optional(),
  }),
  status: z.object({ conditions: conditions() }),
})

const unknown = (spec: object, more: object = {}) =>
  unknownFields(schema, { apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name: 'shop', anything: 1 }, spec, ...more })

describe('what is not in the schema', () => {
  test.each<[string, object, readonly string[]]>([
    ['a slip', { imgae: 'x' }, ['spec.imgae: there is no such field (did you mean "image"?)']],
    ['another case', { Replicas: 1 }, ['spec.Replicas: there is no such field (did you mean "replicas"?)']],
    ['an invention', { colour: 'red' }, ['spec.colour: there is no such field']],
    [
      'in an item of a list',
      {
        ports: [
          { name: 'a', number: 1 },
          { nam: 'b', number: 2 },
        ],
      },
      ['spec.ports[1].nam: there is no such field (did you mean "name"?)'],
    ],
    [
      'several',
      { imgae: 'x', colour: 'red' },
      ['spec.imgae: there is no such field (did you mean "image"?)', 'spec.colour: there is no such field'],
    ],
  ])('%s', (_, spec, problems) => expect(unknown(spec)).toEqual(problems))

  test('beside the spec', () => {
    expect(unknown({ image: 'x' }, { sepc: {} })).toEqual(['sepc: there is no such field (did you mean "spec"?)'])
  })
})

test.each<[string, object]>([
  ['every field', { image: 'x', replicas: 2, ports: [{ name: 'a', number: 1 }] }],
  ['keys of a map', { labels: { anything: 'goes' } }],
  ['whatever a field is open for', { anything: { at: { all: 1 } } }],
  ['a value of a wrong type, which is told of elsewhere', { ports: 'many', labels: null }],
])('%s is known', (_, spec) => expect(unknown(spec)).toEqual([]))
