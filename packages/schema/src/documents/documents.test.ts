import { expect, test } from 'vitest'
import { z } from 'zod'
import { conditions } from '../fields/conditions.ts'
import { listMap } from '../fields/lists.ts'
import { oneOfFields } from '../fields/rules.ts'
import { duration, quantity, timestamp } from '../fields/scalars.ts'
import { defineKind } from '../kind/definition.ts'

const Website = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  shortNames: ['ws'],
  categories: ['all'],
  description: 'A web site.',
  spec: z.object({
    image: z.string().min(1).max(99).describe('What to run. One | of many.'),
    replicas: z.int().min(0).max(100).default(1),
    mode: z.enum(['Plain', 'Fancy']).default('Plain'),
    ports: listMap(z.object({ name: z.string().regex(/^[a-z]+$/), port: z.int().gt(0) }), ['name'], { max: 4 }).optional(),
    memory: quantity().optional(),
    from: oneOfFields(z.object({ secret: z.string().optional(), file: z.string().optional() }), ['secret', 'file']),
  }),
  status: z.object({ conditions: conditions().optional(), readyReplicas: z.int().optional() }),
  printerColumns: [{ name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas', description: 'how many' }],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.readyReplicas' },
  selectableFields: ['.spec.image'],
})

test('the page of a kind has its names, its fields with all that is known of them, its rules and its columns', () => {
  const page = Website.docs()
  for (const line of [
    '# Website',
    '- API: `example.dev`, `v1` (stored)',
    '- Names: `websites.example.dev`, `ws`',
    '| `spec.image` **required** | string |  | 1 to 99 characters | What to run. One \\| of many. |',
    '| `spec.replicas` | integer | `1` | 0 to 100 |  |',
    '| `spec.mode` | string | `"Plain"` | one of `Plain`, `Fancy` |  |',
    '| `spec.ports` | list of object by name |  | at most 4 items |  |',
    '| `spec.ports[].port` **required** | integer |  | more than 0 |  |',
    '- `spec.from`: exactly one of secret, file must be set',
    '| Ready | `.status.readyReplicas` |  | how many |',
    '`kubectl scale` and autoscalers set `.spec.replicas` and read `.status.readyReplicas`.',
    '`spec.image`',
  ])
    expect(page.split('\n')).toContain(line)
})

test('the page of a kind with versions has a part for each', () => {
  const page = Website.withVersion({
    version: 'v1beta1',
    spec: z.object({ old: z.string().optional() }),
    served: false,
    deprecated: 'use v1',
  }).docs()
  expect(page).toContain('`v1` (stored), `v1beta1` (not served, deprecated)')
  expect(page).toMatch(/## v1\n[\s\S]*## v1beta1\n\nuse v1\n\n### Spec\n[\s\S]*`spec\.old`/)
})

test('editors get JSON Schema of draft 7, which marks unknown fields', () => {
  expect(Website.jsonSchema()).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: 'example.dev/v1' },
      kind: { const: 'Website' },
      spec: {
        additionalProperties: false,
        properties: {
          ports: { items: { properties: { port: { type: 'integer', exclusiveMinimum: 0 } } } },
          memory: { type: ['integer', 'string'] },
        },
      },
      status: { readOnly: true },
    },
  })
  expect(JSON.stringify(Website.jsonSchema())).not.toContain('x-kubernetes')
})

test('an example has what is required, and as many optional fields as the rules want', () => {
  expect(Website.example()).toEqual({
    apiVersion: 'example.dev/v1',
    kind: 'Website',
    metadata: { name: 'example-website' },
    spec: { image: 'example', replicas: 1, mode: 'Plain', from: { secret: 'example' } },
  })
})

test('an example fits patterns, formats and bounds', () => {
  const kind = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Odd',
    spec: z.object({
      version: z.string().regex(/^v[0-9]+(\.[0-9]+){2}(-rc)?$/),
      arn: z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@-]+$/),
      either: z.string().regex(/^(on|off)$/),
      long: z.string().min(20),
      few: z.number().gt(0).lt(0.5),
      even: z.int().min(3).multipleOf(2),
      at: timestamp(),
      every: duration(),
      told: z
        .string()
        .regex(/^x{3}$/)
        .meta({ example: 'xxx' }),
      pair: z.array(z.boolean()).min(2),
    }),
  })
  const { spec } = kind.example()
  expect(spec).toMatchObject({ version: expect.stringMatching(/^v\d/) as string, either: 'on', even: 4, told: 'xxx', pair: [true, true] })
  expect(spec.arn).toMatch(/^arn:aws:iam::\d{12}:role\/.$/)
})
