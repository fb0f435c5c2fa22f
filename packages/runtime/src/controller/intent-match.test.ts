import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { appliedFields, keepAppliedFields } from './applied-fields.ts'
import { isApplied } from './intent-match.ts'

const apps = { group: 'apps', version: 'v1', kind: 'Deployment' }
const custom = { group: 'shop.example', version: 'v1', kind: 'Shelf' }
const f = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).map(([name, child]) => [`f:${name}`, child]))
const spec = (value: unknown) => ({ spec: value })
const ports = f({ ports: { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } })
const steps = f({ steps: { 'k:{"name":"a"}': { '.': {}, 'f:name': {} }, 'k:{"name":"b"}': { '.': {}, 'f:name': {} } } })
const set = f({ finalizers: { 'v:"a"': {}, 'v:"b"': {} } })

// The ownership is as kube-apiserver writes it.
test.each<[string, boolean, unknown, unknown, Record<string, unknown>]>([
  ['what is there, owned and said', true, { a: 1 }, { a: 1 }, f({ a: {} })],
  ['a value that differs', false, { a: 2 }, { a: 1 }, f({ a: {} })],
  ['a field that is missing', false, {}, { a: 1 }, {}],
  ['a field that is there but not ours', false, { a: 1, b: 2 }, { a: 1, b: 2 }, f({ a: {} })],
  ['a field that is ours and not said any more', false, { a: 1, b: 2 }, { a: 1 }, f({ a: {}, b: {} })],
  ['a field that another has set beside ours', true, { a: 1, b: 2 }, { a: 1 }, f({ a: {} })],
  ['a default that the server has added', true, { m: { a: 1, added: true } }, { m: { a: 1 } }, f({ m: f({ a: {} }) })],
  ['a field that is not set', true, { a: 1 }, { a: 1, b: undefined }, f({ a: {} })],
  ['a null where there is nothing', true, {}, { a: null }, {}],
  ['an empty map that the server left out and owns for us', true, {}, { m: {} }, f({ m: {} })],
  ['an empty map that the server left out', true, {}, { m: {} }, {}],
  ['an empty map where we have set something before', false, { m: { a: 1 } }, { m: {} }, f({ m: f({ a: {} }) })],
  ['an empty list that the server left out', true, {}, { l: [] }, {}],
  ['an empty list where there is something', false, { l: [1] }, { l: [] }, f({ l: {} })],
  ['a list owned as a whole', true, { l: [1, 2] }, { l: [1, 2] }, f({ l: {} })],
  ['a list owned as a whole in another order', false, { l: [2, 1] }, { l: [1, 2] }, f({ l: {} })],
  [
    'an item by its keys, one of which the server fills in',
    true,
    { ports: [{ port: 80, protocol: 'TCP' }] },
    { ports: [{ port: 80 }] },
    ports,
  ],
  [
    'an item beside one of another manager',
    true,
    {
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 80, protocol: 'TCP' },
      ],
    },
    { ports: [{ port: 80 }] },
    ports,
  ],
  ['an item that is not said any more', false, { ports: [{ port: 80, protocol: 'TCP' }] }, { ports: [{ port: 81 }] }, ports],
  [
    'one item more than is owned',
    false,
    {
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 81, protocol: 'TCP' },
      ],
    },
    { ports: [{ port: 80 }, { port: 81 }] },
    ports,
  ],
  [
    'items in another order than is said',
    false,
    { steps: [{ name: 'b' }, { name: 'x' }, { name: 'a' }] },
    { steps: [{ name: 'a' }, { name: 'b' }] },
    steps,
  ],
  [
    'items in the order that is said, another’s between them',
    true,
    { steps: [{ name: 'a' }, { name: 'x' }, { name: 'b' }] },
    { steps: [{ name: 'a' }, { name: 'b' }] },
    steps,
  ],
  ['a set in another order', true, { finalizers: ['b', 'x', 'a'] }, { finalizers: ['a', 'b'] }, set],
  ['a set that lost a member', false, { finalizers: ['b'] }, { finalizers: ['a', 'b'] }, set],
  [
    'an amount in the server’s notation',
    true,
    { limits: { cpu: '1', memory: '1Gi' } },
    { limits: { cpu: '1000m', memory: '1024Mi' } },
    f({ limits: f({ cpu: {}, memory: {} }) }),
  ],
  ['an amount written as a number', true, { limits: { cpu: '2' } }, { limits: { cpu: 2 } }, f({ limits: f({ cpu: {} }) })],
  ['another amount', false, { limits: { cpu: '2' } }, { limits: { cpu: '1000m' } }, f({ limits: f({ cpu: {} }) })],
  ['a text that looks like an amount', false, { env: { value: '1' } }, { env: { value: '1000m' } }, f({ env: f({ value: {} }) })],
] as const)('%s: %j', (_, expected, live, intent, owned) => {
  expect(isApplied(spec(live), spec(intent), f({ spec: owned }), apps)).toBe(expected)
})

describe('an intent', () => {
  test('of a custom resource has its amounts stored as they were written', () => {
    const owned = f({ spec: f({ limits: f({ cpu: {} }) }) })
    expect(isApplied(spec({ limits: { cpu: '1' } }), spec({ limits: { cpu: '1000m' } }), owned, custom)).toBe(false)
  })

  test.each(['data', 'parameters'])('has texts in %s, whatever their keys are called', (field) => {
    const owned = f({ [field]: f({ max: {} }) })
    expect(isApplied({ [field]: { max: '1000' } }, { [field]: { max: '1k' } }, owned, { group: '', version: 'v1', kind: 'Any' })).toBe(
      false,
    )
  })

  test('has its owner among owners by uid', () => {
    const reference = { uid: 'u', name: 'a' }
    const live = { metadata: { name: 'x', ownerReferences: [{ uid: 'other', name: 'b' }, reference] } }
    const intent = { metadata: { name: 'x', namespace: 'n', ownerReferences: [reference] } }
    const owned = f({ metadata: f({ ownerReferences: { 'k:{"uid":"u"}': {} } }) })
    expect(isApplied(live, intent, owned, apps)).toBe(true)
    expect(isApplied(live, intent, {}, apps)).toBe(false)
  })

  test('is not applied for sure when the ownership is written in a way that this program does not know', () => {
    expect(isApplied(spec({ l: [1] }), spec({ l: [1] }), f({ spec: f({ l: { 'k:{': {} } }) }), apps)).toBe(false)
  })
})

describe('of managedFields', () => {
  const object: KubeObject = {
    metadata: {
      name: 'a',
      managedFields: [
        { manager: 'kubectl', operation: 'Update', fieldsV1: f({ spec: {} }) },
        { manager: 'shop', operation: 'Apply', time: 'then', fieldsType: 'FieldsV1', fieldsV1: f({ spec: f({ a: {} }) }) },
        { manager: 'shop', operation: 'Apply', subresource: 'status', fieldsV1: f({ status: {} }) },
      ],
    },
  }

  test('what was applied is kept, twice as well as once, and nothing else', () => {
    const kept = keepAppliedFields(object)
    expect(kept.metadata.managedFields).toEqual([
      { manager: 'shop', operation: 'Apply', fieldsV1: f({ spec: f({ a: {} }) }) },
      { manager: 'shop', operation: 'Apply', subresource: 'status', fieldsV1: f({ status: {} }) },
    ])
    expect(keepAppliedFields(kept)).toEqual(kept)
    expect(keepAppliedFields({ metadata: { name: 'a', managedFields: [{ operation: 'Update' }] } })).toEqual({ metadata: { name: 'a' } })
  })

  test('one manager’s part is found, apart for each subresource', () => {
    expect(appliedFields(object, { fieldManager: 'shop' })).toEqual(f({ spec: f({ a: {} }) }))
    expect(appliedFields(object, { fieldManager: 'shop', subresource: 'status' })).toEqual(f({ status: {} }))
    expect(appliedFields(object, { fieldManager: 'kubectl' })).toBe(undefined)
  })
})
