import { type ConvertibleObject, defineKind, z } from '@kubewright/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conversion } from './conversion.ts'
import { convertAll } from './convert.ts'
import type { HubConverters } from './converters.ts'
import { KEPT_ANNOTATION_PREFIX, lossless } from './lossless.ts'
import { checkRoundTrip } from './round-trip.ts'

const Box = { group: 'example.dev', version: 'v2', kind: 'Box', plural: 'boxes' }

type Spec = Record<string, unknown>
const specOf = (object: ConvertibleObject) => object['spec'] as Spec

/** v1: a size as text. v1beta1: the width alone. v2, the hub: width, height and whatever else. */
const raw: HubConverters = {
  hub: 'v2',
  versions: ['v1', 'v1beta1'],
  toHub(version, { spec: _, ...rest }) {
    const spec = _ as Spec
    if (version === 'v1beta1') return { ...rest, spec: { width: spec['width'] } }
    const parts = /^(\d+)x(\d+)$/.exec(String(spec['size']))
    if (parts === null) throw new Error('spec.size must be such as "3x4"')
    return { ...rest, spec: { width: Number(parts[1]), height: Number(parts[2]) } }
  },
  fromHub: (version, { spec: _, ...rest }) => {
    const { width = 0, height = 0 } = _ as Spec
    return { ...rest, spec: version === 'v1beta1' ? { width } : { size: `${String(width)}x${String(height)}` } }
  },
}

const box = (version: string, spec: object, name = 'a'): ConvertibleObject => ({
  apiVersion: `example.dev/${version}`,
  kind: 'Box',
  metadata: { name, namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 3, labels: { a: 'b' } },
  spec,
})

const ask = (objects: readonly unknown[], desired = 'example.dev/v2', converters = raw) =>
  convertAll([conversion(Box, converters)], { uid: 'uid-1', desiredAPIVersion: desired, objects })

describe('a review', () => {
  test('is answered in its order, through the hub, with everything that identifies an object as it was', () => {
    const { convertedObjects, ...rest } = ask(
      [box('v1', { size: '1x2' }, 'x'), box('v1beta1', { width: 3 }, 'y'), box('v1', { size: '5x6' }, 'z')],
      'example.dev/v1beta1',
    )
    expect(rest).toEqual({ uid: 'uid-1', result: { status: 'Success' } })
    expect(convertedObjects).toEqual([
      box('v1beta1', { width: 1 }, 'x'),
      box('v1beta1', { width: 3 }, 'y'),
      box('v1beta1', { width: 5 }, 'z'),
    ])
  })

  test('of nothing is answered with nothing', () => expect(ask([]).convertedObjects).toEqual([]))

  test('lets a converter change labels and annotations, and nothing else of the metadata', () => {
    const meddling: HubConverters = {
      ...raw,
      toHub: (_, object) => ({
        ...object,
        kind: 'Other',
        metadata: { name: 'other', uid: 'other', labels: { c: 'd' }, annotations: { e: 'f' } },
      }),
    }
    const [converted] = ask([box('v1', { size: '1x2' })], 'example.dev/v2', meddling).convertedObjects as ConvertibleObject[]
    const { labels: _, ...identity } = box('v1', {}).metadata
    expect(converted).toMatchObject({ kind: 'Box', apiVersion: 'example.dev/v2' })
    expect(converted!.metadata).toEqual({ ...identity, labels: { c: 'd' }, annotations: { e: 'f' } })
  })

  test.each<[string, unknown, string, RegExp]>([
    [
      'a converter throws',
      box('v1', { size: 'large' }),
      'example.dev/v2',
      /^cannot convert Box "ns\/a" from example.dev\/v1 to example.dev\/v2: spec.size must be/,
    ],
    ['the version is unknown', box('v7', {}), 'example.dev/v2', /the versions that are known are v2, v1, v1beta1$/],
    ['the wish is unknown', box('v1', { size: '1x1' }), 'example.dev/v9', /the versions that are known are/],
    ['the kind is unknown', { ...box('v1', {}), kind: 'Crate' }, 'example.dev/v2', /does not convert that kind$/],
    ['the groups differ', box('v1', {}), 'other.dev/v2', /does not convert that kind$/],
    ['it is no object', 'x', 'example.dev/v2', /without apiVersion, kind or metadata/],
  ])('converts nothing when %s', (_, object, desired, message) => {
    expect(ask([box('v1', { size: '1x1' }), object], desired)).toEqual({
      uid: 'uid-1',
      convertedObjects: [],
      result: { status: 'Failure', message: expect.stringMatching(message) as unknown },
    })
  })
})

describe('lossless', () => {
  const keeping = lossless(raw)
  const anything = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  const size = fc.record({ width: fc.nat(99), height: fc.nat(99) })
  const clean = (value: object) => JSON.parse(JSON.stringify(value)) as object

  test('whatever the hub says comes back from every version', () => {
    fc.assert(
      fc.property(size, anything, anything, (known, other, status) => {
        checkRoundTrip(keeping, 'v2', box('v2', clean({ ...other, ...known })))
        checkRoundTrip(keeping, 'v2', { ...box('v2', clean(known)), status: clean(status) })
      }),
    )
  })

  test('whatever a version says beside it comes back from the hub', () => {
    fc.assert(
      fc.property(size, anything, ({ width, height }, other) =>
        checkRoundTrip(keeping, 'v1', box('v1', clean({ ...other, size: `${width}x${height}` }))),
      ),
    )
  })

  test('without it the same objects lose, and the check names the way and the field', () => {
    expect(() => checkRoundTrip(raw, 'v2', box('v2', { width: 1, height: 2, colour: 'red' }))).toThrow('v2 → v1 → v2 changed /spec/colour')
  })

  test('what somebody has changed in the other version stands; the rest is put back', () => {
    const there = keeping.fromHub('v1beta1', box('v2', { width: 1, height: 2, colour: 'red' }))
    expect(Object.keys(there.metadata.annotations ?? {})).toEqual([`${KEPT_ANNOTATION_PREFIX}v2`])
    const back = keeping.toHub('v1beta1', { ...there, spec: { width: 7 } })
    expect([specOf(back), back.metadata.annotations]).toEqual([{ width: 7, height: 2, colour: 'red' }, undefined])
  })

  test('an annotation that somebody has spoilt is named', () => {
    const spoilt = { ...box('v1beta1', { width: 1 }), metadata: { annotations: { [`${KEPT_ANNOTATION_PREFIX}v2`]: '{' } } }
    expect(() => keeping.toHub('v1beta1', spoilt)).toThrow(`the annotation ${KEPT_ANNOTATION_PREFIX}v2 is not as it was written`)
  })
})

test('a converter that changes what it is given fails its check, and so does a version that it does not know', () => {
  const rude: HubConverters = { ...raw, fromHub: (_, object) => Object.assign(object, { spec: {} }) }
  expect(() => checkRoundTrip(rude, 'v2', box('v2', {}))).toThrow(TypeError)
  expect(() => checkRoundTrip(raw, 'v3', box('v3', {}))).toThrow('v3 is none of v2, v1, v1beta1')
})

describe('definitions', () => {
  test('a kind with versions brings its own', () => {
    const kind = defineKind({ group: 'example.dev', version: 'v1', kind: 'Tin', spec: z.object({ size: z.int() }) }).withVersion({
      version: 'v1beta1',
      spec: z.object({ volume: z.int() }),
      toHub: ({ spec }) => ({ spec: { size: spec.volume } }),
      fromHub: ({ spec }) => ({ spec: { volume: spec.size } }),
    })
    const object = { apiVersion: 'example.dev/v1beta1', kind: 'Tin', metadata: { name: 'a' }, spec: { volume: 3 } }
    const { convertedObjects } = convertAll([conversion(kind)], { uid: 'u', desiredAPIVersion: 'example.dev/v1', objects: [object] })
    expect(convertedObjects).toEqual([{ ...object, apiVersion: 'example.dev/v1', spec: { size: 3 } }])
  })

  test.each<[string, () => unknown, string]>([
    ['no plural', () => conversion({ group: 'a.dev', version: 'v1', kind: 'A' }, raw), 'the kind has no "plural"'],
    ['the core group', () => conversion({ ...Box, group: '' }, raw), 'not converted by webhooks'],
    ['no versions', () => conversion(Box, { ...raw, versions: [] }), '"versions" is empty'],
    ['the hub alone', () => conversion(Box, { ...raw, versions: ['v2'] }), '"versions" is empty'],
    ['no converters', () => conversion(Box), 'its versions have no converters'],
    ['a version twice', () => conversion(Box, { ...raw, versions: ['v1', 'v1'] }), '"versions" has one of them twice'],
  ])('%s is refused', (_, define, problem) => expect(define).toThrow(problem))
})
