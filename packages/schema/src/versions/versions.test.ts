import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { defineKind } from '../kind/definition.ts'
import type { ObjectOf } from '../kind/kind-definition.ts'
import { checkConversions } from '../testing/conversions.ts'

const Hub = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Site',
  spec: z.object({ replicas: z.int().min(0).max(9).default(1), images: z.array(z.string().max(5)).max(3) }),
  status: z.object({ ready: z.int().optional() }),
})

const Site = Hub.withVersion({
  version: 'v1beta1',
  deprecated: 'example.dev/v1beta1 Site is deprecated; use v1',
  spec: z.object({ count: z.int().min(0).max(9).default(1), images: z.string().optional() }),
  status: z.object({ ready: z.int().optional() }),
  toHub: ({ spec: { count, images }, status }) => ({
    spec: { replicas: count, images: images === undefined ? [] : (JSON.parse(images) as string[]) },
    ...(status !== undefined && { status }),
  }),
  fromHub: ({ spec: { replicas, images }, status }) => ({
    spec: { count: replicas, images: JSON.stringify(images) },
    ...(status !== undefined && { status }),
  }),
})

const webhook = { service: { namespace: 'system', name: 'webhooks', path: '/convert' }, caBundle: 'Q0E=' }

test('with a conversion webhook every version is served', () => {
  const { spec } = Site.crd({ conversion: webhook })
  expect(spec.versions.map(({ name, served, storage }) => ({ name, served, storage }))).toEqual([
    { name: 'v1', served: true, storage: true },
    { name: 'v1beta1', served: true, storage: false },
  ])
  expect(spec.versions[1]).toMatchObject({ deprecated: true, deprecationWarning: 'example.dev/v1beta1 Site is deprecated; use v1' })
  expect(spec.conversion).toEqual({ strategy: 'Webhook', webhook: { clientConfig: webhook, conversionReviewVersions: ['v1'] } })
})

test('without one only the stored version is: nobody is handed fields of one version under the name of another', () => {
  expect(Site.crd().spec.versions.map(({ name, served }) => [name, served])).toEqual([
    ['v1', true],
    ['v1beta1', false],
  ])
  expect(Site.crd().spec).not.toHaveProperty('conversion')
})

test('versions that differ in name only need no webhook', () => {
  const Same = defineKind({ group: 'example.dev', version: 'v1', kind: 'Same', spec: z.object({ a: z.string() }) }).withVersion({
    version: 'v1alpha1',
    spec: z.object({ a: z.string() }),
    storage: true,
  })
  expect(Same.crd().spec.versions.map(({ name, served, storage }) => [name, served, storage])).toEqual([
    ['v1', true, false],
    ['v1alpha1', true, true],
  ])
  expect(Same.converters).toBeUndefined()
  expect(Same.warnings).toEqual([])
})

test('versions that differ and are not converted lose fields, which is said', () => {
  const Lossy = defineKind({ group: 'example.dev', version: 'v1', kind: 'Lossy', spec: z.object({ a: z.string() }) }).withVersion({
    version: 'v1alpha1',
    spec: z.object({ b: z.string().optional() }),
  })
  expect(Lossy.warnings).toEqual([expect.stringContaining('v1alpha1 differs from v1 and has no converters')])
})

const object = {
  apiVersion: 'example.dev/v1beta1',
  kind: 'Site',
  metadata: { namespace: 'n', name: 's', uid: 'u', labels: { a: 'b' } },
  spec: { images: '["x"]' },
  status: { ready: 1 },
}

test('converters see defaults, and change neither the metadata nor their input', () => {
  const before = structuredClone(object)
  expect(Site.converters!.convert(object, 'v1')).toEqual({ ...object, apiVersion: 'example.dev/v1', spec: { replicas: 1, images: ['x'] } })
  expect(object).toEqual(before)
})

test('there and back', () => {
  const { convert } = Site.converters!
  expect(convert(convert(object, 'v1'), 'v1beta1')).toEqual({ ...object, spec: { count: 1, images: '["x"]' } })
  expect(convert(object, 'v1beta1')).toBe(object)
})

test.each([
  ['an unknown version', { ...object, apiVersion: 'example.dev/v2' }, /Site: there is no version "v2": the definition has v1, v1beta1/],
  ['a converter that fails', { ...object, spec: { images: '[' } }, /cannot convert Site "n\/s" to v1: /],
])('%s is an error that names it', (_, given, message) => {
  expect(() => Site.converters!.convert(given, 'v1')).toThrow(
    expect.objectContaining({ name: 'ConversionError', message: expect.stringMatching(message) as string }),
  )
})

test('labels and annotations may be changed, and nothing else of the metadata', () => {
  const Noted = defineKind({ group: 'example.dev', version: 'v1', kind: 'Noted', spec: z.object({}) }).withVersion({
    version: 'v0',
    spec: z.object({ note: z.string().optional() }),
    toHub: ({ metadata, spec }) => ({
      metadata: { name: 'other', annotations: { ...metadata.annotations, note: spec.note ?? '' } } as object,
      spec: {},
    }),
    fromHub: ({ metadata: { annotations: { note, ...rest } = {} } }) => ({
      metadata: { annotations: rest },
      spec: note === undefined ? {} : { note },
    }),
  })
  const old = { apiVersion: 'example.dev/v0', kind: 'Noted', metadata: { name: 'n' }, spec: { note: 'x' } }
  const there = Noted.converters!.convert(old, 'v1')
  expect(there.metadata).toEqual({ name: 'n', annotations: { note: 'x' } })
  expect(Noted.converters!.convert(there, 'v0')).toEqual({ ...old, metadata: { name: 'n', annotations: {} } })
})

test('each version reads and makes its own objects, typed', () => {
  const Beta = Site.inVersion('v1beta1')
  const beta = Beta.of({ metadata: { name: 'b' }, spec: {} })
  expect(beta).toEqual({ apiVersion: 'example.dev/v1beta1', kind: 'Site', metadata: { name: 'b' }, spec: { count: 1 } })
  expectTypeOf<ObjectOf<typeof Beta>['spec']>().toEqualTypeOf<{ readonly count: number; readonly images?: string }>()
  expectTypeOf<ObjectOf<typeof Site>['spec']['replicas']>().toEqualTypeOf<number>()
  // @ts-expect-error -- there is no such version
  expect(() => Site.inVersion('v3')).toThrow('there is no version "v3"')
  expect(Beta).toMatchObject({ version: 'v1beta1', plural: 'sites', namespaced: true })
})

const spec = z.object({})
test.each<[string, () => unknown, string]>([
  ['a version that is there already', () => Hub.withVersion({ version: 'v1', spec }), 'is defined already'],
  ['a version in upper case', () => Hub.withVersion({ version: 'V2', spec }), 'lower case'],
  [
    'one converter of two',
    () => Hub.withVersion({ version: 'v2', spec, toHub: () => ({ spec: { images: [] } }) }),
    'both toHub and fromHub',
  ],
  [
    'two stored versions',
    () => Hub.withVersion({ version: 'v2', spec, storage: true }).withVersion({ version: 'v3', spec, storage: true }),
    'one version only',
  ],
  ['a version that is not structural', () => Hub.withVersion({ version: 'v2', spec: z.object({ at: z.date() }) }), 'Site: spec.at'],
  ['a warning that is too long', () => Hub.withVersion({ version: 'v2', spec, deprecated: 'x'.repeat(257) }), '256 at most'],
])('%s is refused when it is defined', (_, define, message) => {
  expect(define).toThrow(message)
})

test('converters that lose nothing pass the check', () => {
  const Lossless = Hub.withVersion({
    version: 'v1beta1',
    spec: z.object({ count: z.int().min(0).max(9).default(1), images: z.array(z.string().max(5)).max(3) }),
    status: z.object({ ready: z.int().optional() }),
    toHub: ({ spec: { count, ...rest }, status }) => ({ spec: { ...rest, replicas: count }, ...(status !== undefined && { status }) }),
    fromHub: ({ spec: { replicas, ...rest }, status }) => ({ spec: { ...rest, count: replicas }, ...(status !== undefined && { status }) }),
  })
  checkConversions(fc, Lossless)
})

const halves = { version: 'v0', spec: z.object({ half: z.int().min(0).max(4).default(0) }), status: z.object({}) } as const
test.each<[string, Parameters<typeof checkConversions>[1], RegExp]>([
  [
    'loses a field',
    Hub.withVersion({
      ...halves,
      toHub: ({ spec }) => ({ spec: { replicas: spec.half * 2, images: [] } }),
      fromHub: ({ spec }) => ({ spec: { half: Math.floor(spec.replicas / 2) } }),
    }),
    /lost something at (spec\.(replicas|images)|status)/,
  ],
  [
    'makes what the other version refuses',
    Hub.withVersion({
      ...halves,
      toHub: ({ spec }) => ({ spec: { replicas: 10 + spec.half, images: [] } }),
      fromHub: () => ({ spec: {} }),
    }),
    /v0 → v1 made an invalid object: .*spec\.replicas: must be at most 9/,
  ],
  [
    'writes to its input',
    Hub.withVersion({
      ...halves,
      toHub: ({ metadata }) => {
        ;(metadata as { labels?: object }).labels = { touched: 'yes' }
        return { spec: { images: [] } }
      },
      fromHub: () => ({ spec: {} }),
    }),
    /v0 → v1: the converter changed its input at metadata\.labels/,
  ],
])('the check finds a converter that %s', (_, kind, message) => {
  expect(() => checkConversions(fc, kind, { runs: 100, seed: 7 })).toThrow(message)
})
