import { expect, test } from 'vitest'
import { z } from 'zod'
import { conditions } from '../fields/conditions.ts'
import { defineKind } from './definition.ts'
import type { KindOptions } from './kind-options.ts'

const define = (part: Partial<KindOptions<z.ZodObject, z.ZodObject>>) =>
  defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Site',
    spec: z.object({ replicas: z.int().default(1), image: z.string(), list: z.array(z.string()).optional(), open: z.unknown() }),
    status: z.object({ replicas: z.int().optional(), selector: z.string().optional(), conditions: conditions().optional() }),
    ...part,
  })

const column = (jsonPath: string, name = 'X') => ({ name, type: 'string' as const, jsonPath })
const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }

test.each<[string, Parameters<typeof define>[0], string]>([
  ['a column that shows what is not there', { printerColumns: [column('.status.phase')] }, 'the schema has no "phase" there'],
  ['a column whose path is none', { printerColumns: [column('.spec[')] }, 'is no JSONPath'],
  ['two columns of one name', { printerColumns: [column('.spec.image'), column('.spec.list')] }, 'two columns "X"'],
  [
    'a scale of what is no number',
    { scale: { ...scale, specReplicasPath: '.spec.image' } },
    'scale.specReplicasPath: ".spec.image" must lead to a z.int()',
  ],
  ['a scale outside the spec', { scale: { ...scale, specReplicasPath: '.status.replicas' } }, 'must be a path under .spec'],
  ['a scale that reads what is not there', { scale: { ...scale, statusReplicasPath: '.status.ready' } }, 'the schema has no "ready" there'],
  [
    'a selector that is not there',
    { scale: { ...scale, labelSelectorPath: '.status.labelSelector' } },
    'scale.labelSelectorPath: leads nowhere',
  ],
  ['a selectable field that is not there', { selectableFields: ['.spec.nodeName'] }, 'the schema has no "nodeName" there'],
  ['a selectable list', { selectableFields: ['.spec.list'] }, 'must be a string, an integer or a boolean'],
  ['a selectable field twice', { selectableFields: ['.spec.image', '.spec.image'] }, 'is there twice'],
  ['a selectable field of the metadata', { selectableFields: ['.metadata.uid'] }, 'selectable anyway'],
  ['a selectable item of a list', { selectableFields: ['.spec.list[0]'] }, 'no lists, no filters'],
  ['a list kind that is the kind', { listKind: 'Site' }, 'listKind'],
  ['a singular in upper case', { singular: 'Site' }, 'singular'],
])('%s is refused when it is defined', (_, part, message) => {
  expect(() => define(part)).toThrow(message)
})

test('columns may show metadata, items that a filter finds, and parts that the schema leaves open', () => {
  const paths = ['.metadata.labels.app', '.status.conditions[?(@.type=="Ready")].reason', '.spec.list[0]', '.spec.open.anything']
  const { crd } = define({
    printerColumns: paths.map((path, index) => column(path, `C${index}`)),
    scale: { ...scale, labelSelectorPath: '.status.selector' },
  })
  expect(crd().spec.versions[0]?.additionalPrinterColumns?.map(({ jsonPath }) => jsonPath)).toEqual([
    ...paths,
    '.metadata.creationTimestamp',
  ])
})

test('what a CRD says beside its schema', () => {
  const kind = define({
    labels: { a: 'b' },
    annotations: { c: 'd' },
    singular: 'place',
    listKind: 'Places',
    ageColumn: false,
    optionalSpec: true,
    objectRules: [{ rule: 'self.metadata.name != "x"' }],
    statusSubresource: false,
    served: false,
    deprecated: true,
  })
  expect(kind.crd()).toMatchObject({
    metadata: { name: 'sites.example.dev', labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { names: { singular: 'place', listKind: 'Places' } },
  })
  const [version] = kind.crd().spec.versions
  expect(version).toMatchObject({
    served: false,
    deprecated: true,
    schema: { openAPIV3Schema: { 'x-kubernetes-validations': [{ rule: 'self.metadata.name != "x"' }] } },
  })
  expect(version).not.toHaveProperty('additionalPrinterColumns')
  expect(version).not.toHaveProperty('subresources')
  expect(version).not.toHaveProperty('deprecationWarning')
  expect(version?.schema.openAPIV3Schema).not.toHaveProperty('required')
  expect(kind.hasStatus).toBe(false)
})

test('an object without a spec is one with an empty spec, where that is allowed', () => {
  const optional = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Bare',
    optionalSpec: true,
    spec: z.object({ a: z.int().default(1) }),
  })
  expect(optional.parse({ apiVersion: 'example.dev/v1', kind: 'Bare', metadata: {} }).spec).toEqual({ a: 1 })
})

test('null and unknown fields are understood as the API server understands them', () => {
  const kind = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Nulls',
    spec: z.object({ a: z.int().default(1), s: z.strictObject({ b: z.string().optional() }) }),
  })
  const parse = (spec: object) => kind.parse({ apiVersion: 'example.dev/v1', kind: 'Nulls', metadata: {}, spec }).spec
  expect(parse({ a: null, s: { b: null, other: 1 } })).toEqual({ a: 1, s: {} })
  expect(() => parse({ s: null })).toThrow('spec.s: is required')
})
