import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import * as schema from '../index.ts'
import { arbitraryOf } from '../testing/arbitrary.ts'
import { CRDS } from './crd-fixtures.ts'
import { essenceOf } from './equivalence.ts'
import { type GivenCrd, kindSource } from './kind-source.ts'
import { literal } from './literal.ts'

const FACADE = 'kubewright'

/** Runs generated source: its types are gone, its imports are this package. */
function evaluated(source: string, kind: string): schema.KindDefinition {
  const body = source
    .replace(/^import .*$/gm, '')
    .replace(/^export type .*$/gm, '')
    .replace(/^export const/gm, 'const')
  const names = Object.keys(schema)
  return new Function(...names, `${body}\nreturn ${kind}`)(
    ...names.map((name) => (schema as Readonly<Record<string, unknown>>)[name]),
  ) as schema.KindDefinition
}

test.each(CRDS.map((crd) => [crd.spec.names.kind, crd] as const))('%s: the definition made from a CRD makes an equal CRD', (kind, crd) => {
  const definition = evaluated(kindSource(crd), kind)
  expect(essenceOf(definition.crd())).toEqual(essenceOf(crd))
})

test('the source reads as one would write it', () => {
  const Website = schema.defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Website',
    shortNames: ['ws'],
    spec: z.object({
      image: z.string().min(1).describe("the site's image"),
      replicas: z.int().min(0).default(1),
      ports: schema.listMap(z.object({ name: z.string(), port: z.int() }), ['name'], { max: 4 }).optional(),
    }),
    status: z.object({ ready: z.boolean().optional() }),
  })
  expect(kindSource(Website.crd())).toBe(`// Made from the CustomResourceDefinition websites.example.dev.
import { defineKind, listMap, type ObjectOf, z } from '${FACADE}'

export const Website = defineKind({
  group: 'example.dev',
  kind: 'Website',
  plural: 'websites',
  shortNames: ['ws'],
  version: 'v1',
  spec: z.object({
    image: z.string().min(1).describe('the site\\'s image'),
    replicas: z.int().min(0).default(1),
    ports: listMap(z.object({
      name: z.string(),
      port: z.int(),
    }), ['name'], { max: 4 }).optional(),
  }),
  status: z.object({
    ready: z.boolean().optional(),
  }),
  printerColumns: [
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  ageColumn: false,
})

export type Website = ObjectOf<typeof Website>
`)
})

const crdWith = (root: object): GivenCrd =>
  ({
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { kind: 'X', plural: 'xs', singular: 'x', listKind: 'XList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...root } } }],
    },
  }) as GivenCrd

test.each([
  [
    'a field beside the spec',
    { properties: { spec: { type: 'object' }, data: { type: 'string' } } },
    'xs.example.dev: v1: objects have a field "data"',
  ],
  ['no spec', { properties: {} }, 'no "spec" that is an object'],
  [
    'a list without items',
    { properties: { spec: { type: 'object', properties: { l: { type: 'array' } } } } },
    'spec.l: a list without "items"',
  ],
  ['a node without a type', { properties: { spec: { type: 'object', properties: { a: {} } } } }, 'spec.a: the schema has no type'],
])('a CRD with %s is refused, saying where', (_, root, message) => {
  expect(() => kindSource(crdWith(root))).toThrow(message)
})

test.each([
  ['kind', { kind: 'X = (globalThis.got = 1); const Y' }, {}],
  ['plural', { plural: 'xs\nglobalThis.got = 1 //' }, {}],
  ['limit of a text', {}, { type: 'string', maxLength: '(globalThis.got = 1)' }],
  ['limit of a list', {}, { type: 'array', items: { type: 'string' }, maxItems: '(globalThis.got = 1)' }],
  ['limit of a number', {}, { type: 'integer', minimum: '(globalThis.got = 1)' }],
])('nothing in a CRD becomes a program: %s', (_, names, field) => {
  onTestFinished(() => void Reflect.deleteProperty(globalThis, 'got'))
  const crd = crdWith({
    properties: { spec: { type: 'object', properties: { field: Object.keys(field).length === 0 ? { type: 'string' } : field } } },
  })
  const given = { ...crd, spec: { ...crd.spec, names: { ...crd.spec.names, ...names } } } as GivenCrd
  try {
    evaluated(kindSource(given), 'X')
  } catch {
    // Refused, or no zod: both are fine, as long as nothing of it ran.
  }
  expect('got' in globalThis).toBe(false)
})

test('any JSON value is the same value as TypeScript', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(new Function(`return ${literal(value)}`)()).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('any value of a schema passes the zod that is made from the schema', () => {
  for (const crd of CRDS.filter(({ spec }) => spec.names.kind !== 'Regex')) {
    const version = crd.spec.versions.find(({ storage }) => storage)!
    const definition = evaluated(kindSource(crd), crd.spec.names.kind)
    const spec = version.schema.openAPIV3Schema.properties!['spec']!
    for (const value of fc.sample(arbitraryOf(fc, spec), { numRuns: 20, seed: 3 })) {
      const object = { apiVersion: `${crd.spec.group}/${version.name}`, kind: crd.spec.names.kind, metadata: {}, spec: value }
      expect(() => definition.parse(object)).not.toThrow()
    }
  }
})
