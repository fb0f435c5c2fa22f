import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { defineKind } from './definition.ts'
import type { ObjectOf } from './kind-definition.ts'

const Website = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  shortNames: ['web'],
  categories: ['all'],
  description: 'A web site.',
  spec: z.object({
    image: z.string().min(1),
    replicas: z.int().min(0).max(100).default(1),
    hosts: z.array(z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  status: z.object({ readyReplicas: z.int().optional() }),
  rules: [{ rule: 'self.replicas < 10 || has(self.hosts)', message: 'ten replicas without a host are a mistake' }],
  printerColumns: [{ name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' }],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.readyReplicas' },
  selectableFields: ['.spec.image'],
})
type Website = ObjectOf<typeof Website>

test('one definition gives the whole CRD', () => {
  expect(Website.crd()).toEqual({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'websites.example.dev' },
    spec: {
      group: 'example.dev',
      names: {
        kind: 'Website',
        listKind: 'WebsiteList',
        plural: 'websites',
        singular: 'website',
        shortNames: ['web'],
        categories: ['all'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A web site.',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: {
                  type: 'object',
                  required: ['image'],
                  properties: {
                    image: { type: 'string', minLength: 1 },
                    replicas: { type: 'integer', format: 'int64', minimum: 0, maximum: 100, default: 1 },
                    hosts: { type: 'array', items: { type: 'string' } },
                    labels: { type: 'object', additionalProperties: { type: 'string' } },
                  },
                  'x-kubernetes-validations': [
                    { rule: 'self.replicas < 10 || has(self.hosts)', message: 'ten replicas without a host are a mistake' },
                  ],
                },
                status: { type: 'object', properties: { readyReplicas: { type: 'integer', format: 'int64' } } },
              },
            },
          },
          subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.readyReplicas' } },
          additionalPrinterColumns: [
            { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: [{ jsonPath: '.spec.image' }],
        },
      ],
    },
  })
})

test('the definition is a resource type that a client takes as it is', () => {
  expect(Website).toMatchObject({ group: 'example.dev', version: 'v1', kind: 'Website', plural: 'websites', namespaced: true })
})

test('its objects have the types of the schema after defaults, readonly all the way down', () => {
  expectTypeOf<Website['spec']['image']>().toEqualTypeOf<string>()
  expectTypeOf<Website['spec']['replicas']>().toEqualTypeOf<number>()
  expectTypeOf<Website['spec']['hosts']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf<NonNullable<Website['status']>['readyReplicas']>().toEqualTypeOf<number | undefined>()
  // @ts-expect-error -- an object from a cache must not be written to
  const write = (website: Website) => (website.spec.replicas = 2)
  expect(write).toBeTypeOf('function')
})

test('a new object gets its apiVersion, kind and defaults', () => {
  expect(Website.of({ metadata: { name: 'shop' }, spec: { image: 'nginx' } })).toEqual({
    apiVersion: 'example.dev/v1',
    kind: 'Website',
    metadata: { name: 'shop' },
    spec: { image: 'nginx', replicas: 1 },
  })
})

test('parsing drops unknown fields of the spec and keeps the status as it is, whoever wrote it', () => {
  const stored = {
    apiVersion: 'example.dev/v1',
    kind: 'Website',
    metadata: { name: 'shop' },
    spec: { image: 'nginx', colour: 'red' },
    status: { future: 1 },
  }
  expect(Website.parse(stored)).toEqual({ ...stored, spec: { image: 'nginx', replicas: 1 } })
})

test.each<[string, object, string]>([
  ['a missing field', { spec: {} }, 'spec.image: is required'],
  ['a wrong type', { spec: { image: 5 } }, 'spec.image: must be of type string'],
  ['too short a text', { spec: { image: '' } }, 'spec.image: must have at least 1 characters'],
  ['too big a number', { spec: { image: 'x', replicas: 101 } }, 'spec.replicas: must be at most 100'],
  ['an item of a list', { spec: { image: 'x', hosts: ['a', 1] } }, 'spec.hosts[1]: must be of type string'],
  ['a key with dots', { spec: { image: 'x', labels: { 'a.b/c': 1 } } }, 'spec.labels["a.b/c"]: must be of type string'],
  ['a foreign kind', { spec: { image: 'x' }, kind: 'Pod' }, 'kind: must be one of "Website"'],
])('an object with %s is refused, naming the object and the field', (_, part, message) => {
  const object = { apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name: 'shop', namespace: 'team' }, ...part }
  expect(() => Website.parse(object)).toThrow(`Website "team/shop" is invalid: ${message}`)
})

test('all wrong fields are named at once, and no value is repeated: it may be a secret', () => {
  const parse = () =>
    Website.parse({ apiVersion: 'example.dev/v1', kind: 'Website', metadata: {}, spec: { image: ['hunter2'], replicas: -1 } })
  expect(parse).toThrow('Website is invalid: spec.image: must be of type string; spec.replicas: must be at least 0')
  expect(parse).not.toThrow('hunter2')
})

test('what is no object at all is refused too', () => {
  expect(() => Website.parse(null)).toThrow('Website is invalid: must be of type object')
})

test('rules at the schema and at the kind both reach the CRD', () => {
  const kind = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Twice',
    spec: z.object({}).meta({ rules: [{ rule: 'true' }] }),
    rules: [{ rule: '!false' }],
  })
  const spec = kind.crd().spec.versions[0]!.schema.openAPIV3Schema.properties!['spec']!
  expect(spec['x-kubernetes-validations']).toEqual([{ rule: 'true' }, { rule: '!false' }])
})

test('a kind without a status has no status subresource', () => {
  const kind = defineKind({ group: 'example.dev', version: 'v1', kind: 'Plain', spec: z.object({}) })
  expect(kind.crd().spec.versions[0]).not.toHaveProperty('subresources')
})

test.each([
  ['Policy', 'policies'],
  ['Gateway', 'gateways'],
  ['Ingress', 'ingresses'],
  ['Box', 'boxes'],
  ['Bucket', 'buckets'],
])('the plural of %s is %s unless it is given', (kind, plural) => {
  expect(defineKind({ group: 'example.dev', version: 'v1', kind, spec: z.object({}) }).plural).toBe(plural)
})

test.each([
  ['a group without a dot', { group: 'example' }, 'DNS name'],
  ['a version in upper case', { version: 'V1' }, 'lower case'],
  ['a kind in lower case', { kind: 'website' }, 'CamelCase'],
  ['a plural in upper case', { plural: 'Websites' }, 'plural'],
  ['a short name with a space', { shortNames: ['w s'] }, 'shortNames'],
  ['nine selectable fields', { selectableFields: Array.from({ length: 9 }, (_, n) => `.spec.f${n}`) }, 'at most 8'],
  ['a column without a dot', { printerColumns: [{ name: 'X', type: 'string' as const, jsonPath: 'spec.x' }] }, 'start with a dot'],
  ['a schema that is not structural', { spec: z.object({ at: z.date() }) }, 'Website: spec.at'],
])('a definition with %s is refused when it is made', (_, part, message) => {
  expect(() => defineKind({ group: 'example.dev', version: 'v1', kind: 'Website', spec: z.object({}), ...part })).toThrow(message)
})
