import type { ManagedFieldsEntry } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Schema } from '../schema/index.ts'
import { appliedFields, compareFields } from './comparison.ts'
import { FieldSet, printPath } from './field-set.ts'
import { readManagers, writeManagers } from './managers.ts'
import { mergeApplied, pruneApplied } from './merge.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    box: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: {
        type: 'object',
        properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, note: { type: 'string' } },
      },
    },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    list: { type: 'array', items: { type: 'string' } },
  },
}

/** Any JSON of a fieldsV1: a tree of steps. */
const { tree } = fc.letrec<{ tree: FieldSet }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constant(FieldSet.leaf),
    fc
      .tuple(fc.boolean(), fc.dictionary(fc.constantFrom('f:a', 'f:b', 'k:{"n":"x"}', 'v:"y"'), tie('tree'), { minKeys: 1, maxKeys: 3 }))
      .map(([member, children]) => new FieldSet(member, new Map(Object.entries(children)))),
  ),
}))
const sets = tree.map((set) => new FieldSet(false, set.children))
const paths = (set: FieldSet) => [...set.paths()].map((path) => path.join('/')).sort()

describe('sets of fields', () => {
  test('come back from their JSON as they were', () => {
    fc.assert(
      fc.property(sets, (set) => {
        expect(paths(FieldSet.fromJson(JSON.parse(JSON.stringify(set.toJson()))))).toEqual(paths(set))
      }),
    )
  })

  test('obey the laws of sets', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [inA, inB] = [new Set(paths(a)), new Set(paths(b))]
        expect(paths(a.union(b))).toEqual([...inA.union(inB)].sort())
        expect(paths(a.intersection(b))).toEqual([...inA.intersection(inB)].sort())
        expect(paths(a.difference(b))).toEqual([...inA.difference(inB)].sort())
        expect(a.difference(a).isEmpty).toBe(true)
        expect(a.union(b).equals(b.union(a))).toBe(true)
      }),
    )
  })

  test('name a field as conflicts do', () => {
    expect(printPath(['f:spec', 'k:{"port":80,"protocol":"TCP"}', 'f:note'])).toBe('.spec[port=80,protocol="TCP"].note')
    expect(printPath(['f:tags', 'v:"x"'])).toBe('.tags[="x"]')
  })
})

describe('what an applied configuration owns', () => {
  test.each<readonly [string, object, string[]]>([
    ['leaves, not the objects around them', { box: { a: 1 } }, ['f:box/f:a']],
    ['an empty object itself', { box: {} }, ['f:box']],
    ['an atomic list as a whole', { list: ['a'] }, ['f:list']],
    ['each item of a set', { tags: ['x', 'y'] }, ['f:tags/v:"x"', 'f:tags/v:"y"']],
    ['no empty set', { tags: [] }, []],
    [
      'items by their keys, with the key that was left out',
      { parts: [{ port: 1 }] },
      ['f:parts/k:{"port":1,"protocol":"TCP"}', 'f:parts/k:{"port":1,"protocol":"TCP"}/f:port'],
    ],
    ['entries of a map', { labels: { a: 'b' } }, ['f:labels/f:a']],
  ])('%s', (_, config, owned) => {
    expect(paths(appliedFields(config, schema))).toEqual(owned)
  })
})

test('a comparison tells what came, what changed and what went', () => {
  const { added, modified, removed } = compareFields(
    { name: 'a', tags: ['x'], box: { a: 1 } },
    { name: 'b', tags: ['y'], list: [] },
    schema,
  )
  expect([paths(added), paths(modified), paths(removed)]).toEqual([
    ['f:list', 'f:tags/v:"y"'],
    ['f:name'],
    ['f:box', 'f:box/f:a', 'f:tags/v:"x"'],
  ])
})

describe('laying a configuration over an object', () => {
  test('replaces leaves and unites items, those of the configuration in its order', () => {
    const live = {
      parts: [
        { port: 1, protocol: 'TCP', note: 'x' },
        { port: 2, protocol: 'TCP' },
      ],
      tags: ['b', 'a'],
      list: ['x'],
    }
    const config = { parts: [{ port: 3 }, { port: 1, note: 'y' }], tags: ['c'], list: ['y'] }
    expect(mergeApplied(live, config, schema)).toEqual({
      parts: [{ port: 3 }, { port: 1, protocol: 'TCP', note: 'y' }, { port: 2, protocol: 'TCP' }],
      tags: ['b', 'a', 'c'],
      list: ['y'],
    })
  })

  test('twice is as good as once', () => {
    const json = fc.record(
      {
        name: fc.string(),
        box: fc.record({ a: fc.nat(3), b: fc.nat(3) }, { requiredKeys: [] }),
        tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
        parts: fc.uniqueArray(fc.record({ port: fc.nat(3), note: fc.string() }), { selector: ({ port }) => port }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(json, json, (live, config) => {
        const once = mergeApplied(live, config, schema)
        expect(mergeApplied(once, config, schema)).toEqual(once)
      }),
    )
  })
})

describe('taking out what nobody owns any more', () => {
  const own = (value: object) => appliedFields(value, schema)
  const item = { port: 1, protocol: 'TCP', note: 'x' }

  test.each<readonly [string, object, FieldSet, FieldSet, object]>([
    ['a leaf goes', { name: 'a', list: ['x'] }, own({ name: 'a' }), FieldSet.empty, { list: ['x'] }],
    [
      'an object goes with its last owner, and what was never owned with it',
      { box: { a: 1, b: 2 } },
      own({ box: { a: 1 } }),
      FieldSet.empty,
      {},
    ],
    [
      'an object stays while somebody owns a part',
      { box: { a: 1, b: 2 } },
      own({ box: { a: 1 } }),
      own({ box: { b: 2 } }),
      { box: { b: 2 } },
    ],
    ['an item goes with its defaults', { parts: [item] }, own({ parts: [{ port: 1 }] }), own({ parts: [] }), {}],
    [
      'an item in which another owns a field keeps its keys',
      { parts: [item] },
      own({ parts: [{ port: 1 }] }),
      FieldSet.fromJson({ 'f:parts': { 'k:{"port":1,"protocol":"TCP"}': { 'f:note': {} } } }),
      { parts: [item] },
    ],
    [
      'what its applier never owned stays',
      { name: 'a', tags: ['x', 'y'] },
      own({ tags: ['x'] }),
      own({ tags: ['y'] }),
      { name: 'a', tags: ['y'] },
    ],
  ])('%s', (_, value, last, owned, rest) => {
    expect(pruneApplied(value, last, owned, schema)).toEqual(rest)
  })
})

test('more than ten updaters are folded, oldest first, so that metadata does not outgrow its object', () => {
  const entries: ManagedFieldsEntry[] = Array.from({ length: 12 }, (_, index) => ({
    manager: `m${index}`,
    operation: 'Update',
    apiVersion: 'v1',
    time: `2024-01-01T00:00:${String(index).padStart(2, '0')}Z`,
    fieldsType: 'FieldsV1',
    fieldsV1: { [`f:x${index}`]: {} },
  }))
  const written = writeManagers(readManagers(entries)) ?? []
  expect(written).toHaveLength(11)
  expect(written.find(({ manager }) => manager === 'ancient-changes')?.fieldsV1).toEqual({ 'f:x0': {}, 'f:x1': {} })
})
