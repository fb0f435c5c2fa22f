import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from './freeze.ts'
import type { PatchProperty, PatchSchema } from './patch-schema.ts'
import { unknownPatchSchema } from './patch-schema.ts'
import { applyStrategicMergePatch } from './strategic-merge.ts'
import { isStrategicMergeError, type StrategicMergeError } from './strategic-merge-error.ts'

const objectWith = (properties: Readonly<Record<string, PatchProperty>>): PatchSchema => ({
  property: (key) => (Object.hasOwn(properties, key) ? properties[key] : undefined),
})

// A Pod's, as far as the tests need it.
const container = objectWith({
  env: { strategy: 'merge', mergeKey: 'name', schema: objectWith({}) },
  ports: { strategy: 'merge', mergeKey: 'containerPort', schema: objectWith({}) },
  args: {},
  resources: { schema: objectWith({ limits: { schema: unknownPatchSchema } }) },
})
const pod = objectWith({
  metadata: { schema: objectWith({ labels: { schema: unknownPatchSchema }, finalizers: { strategy: 'merge' } }) },
  spec: {
    schema: objectWith({
      containers: { strategy: 'merge', mergeKey: 'name', schema: container },
      volumes: { strategy: 'merge', mergeKey: 'name', schema: objectWith({}) },
      tolerations: {},
      affinity: { strategy: 'replace', schema: objectWith({}) },
      keyless: { strategy: 'merge' },
    }),
  },
})

const apply = (target: unknown, patch: unknown) => applyStrategicMergePatch(deepFreeze(target), deepFreeze(patch), pod)

function errorOf(target: unknown, patch: unknown): StrategicMergeError {
  try {
    apply(target, patch)
  } catch (error) {
    if (isStrategicMergeError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

type Case = readonly [what: string, target: unknown, patch: unknown, expected: unknown]

describe('objects', () => {
  test.each<Case>([
    [
      'merge key by key',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { b: '3' } } },
      { metadata: { labels: { a: '1', b: '3' } } },
    ],
    ['null deletes', { metadata: { labels: { a: '1' }, name: 'x' } }, { metadata: { labels: null } }, { metadata: { name: 'x' } }],
    ['null where nothing is does nothing', { a: 1 }, { b: null }, { a: 1 }],
    ['nulls do not get in with a new object', {}, { a: { b: null, c: [{ d: null, e: 1 }] } }, { a: { c: [{ e: 1 }] } }],
    ['a value of another type replaces', { a: { b: 1 }, c: [1], d: 1 }, { a: [1], c: 'x', d: { e: 1 } }, { a: [1], c: 'x', d: { e: 1 } }],
    [
      'a field with the strategy "replace" is replaced',
      { spec: { affinity: { a: 1 } } },
      { spec: { affinity: { b: 2, c: null } } },
      { spec: { affinity: { b: 2 } } },
    ],
    ['what is not known merges too', { x: { y: { z: 1 } } }, { x: { y: { w: 2 } } }, { x: { y: { z: 1, w: 2 } } }],
    ['__proto__ is a key like any other', {}, JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ])('%s', (_what, target, patch, expected) => expect(apply(target, patch)).toEqual(expected))

  test('what the patch does not touch is shared', () => {
    const target = { a: { x: 1 }, b: { y: 1 } }
    expect((apply(target, { a: { x: 2 } }) as typeof target).b).toBe(target.b)
  })

  test('no target is an empty one', () => expect(apply(undefined, { a: 1 })).toEqual({ a: 1 }))
})

describe('lists of objects with a merge key', () => {
  const target = {
    spec: {
      containers: [
        { name: 'a', image: 'a:1', args: ['x', 'y'] },
        { name: 'b', image: 'b:1' },
      ],
    },
  }
  const containersAfter = (...patch: readonly unknown[]) =>
    (apply(target, { spec: { containers: patch } }) as typeof target).spec.containers

  test('an item with the same key is merged and keeps its place', () => {
    expect(containersAfter({ name: 'b', image: 'b:2' })).toEqual([target.spec.containers[0], { name: 'b', image: 'b:2' }])
  })

  test('a new item comes first, as the patch’s order goes before the server’s', () => {
    expect(containersAfter({ name: 'c', image: 'c:1' }).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
  })

  test('the patch gives the order of the items that it names', () => {
    expect(containersAfter({ name: 'b' }, { name: 'a' }).map(({ name }) => name)).toEqual(['b', 'a'])
  })

  test('a list in an item that has no merge key of its own is replaced', () => {
    expect(containersAfter({ name: 'a', args: ['z'] })[0]).toEqual({ name: 'a', image: 'a:1', args: ['z'] })
  })

  test('items merge at every depth', () => {
    const before = {
      spec: {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
          },
        ],
      },
    }
    const patch = { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '3' }] }] } }
    expect(apply(before, patch)).toEqual({
      spec: {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '3' },
            ],
          },
        ],
      },
    })
  })

  test('numbers are keys too', () => {
    const before = { spec: { containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 443 }] }] } }
    const patch = { spec: { containers: [{ name: 'a', ports: [{ containerPort: 443, name: 'tls' }] }] } }
    expect(apply(before, patch)).toEqual({
      spec: { containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 443, name: 'tls' }] }] },
    })
  })

  test('$patch: delete removes an item, and says nothing of one that is not there', () => {
    expect(containersAfter({ name: 'a', $patch: 'delete' }, { name: 'zz', $patch: 'delete' })).toEqual([{ name: 'b', image: 'b:1' }])
  })

  test('$patch: replace makes the patch’s items the list', () => {
    expect(containersAfter({ $patch: 'replace' }, { name: 'c', image: null })).toEqual([{ name: 'c' }])
  })

  test('null in an item deletes its field', () => {
    expect(containersAfter({ name: 'a', args: null })[0]).toEqual({ name: 'a', image: 'a:1' })
  })

  test('an empty patch list changes nothing', () => {
    expect(containersAfter()).toEqual(target.spec.containers)
  })

  test('a new list gets its items, less those that only say what to delete', () => {
    expect(
      apply(
        {},
        {
          spec: {
            containers: [
              { name: 'a', $patch: 'delete' },
              { name: 'b', args: null },
            ],
          },
        },
      ),
    ).toEqual({
      spec: { containers: [{ name: 'b' }] },
    })
  })
})

describe('lists of scalars, and lists without a merge key', () => {
  const finalizers = (before: readonly unknown[] | undefined, patch: object) =>
    (apply({ metadata: { finalizers: before } }, { metadata: patch }) as { metadata: { finalizers?: unknown } }).metadata.finalizers

  test.each([
    ['a merging list is united, the patch’s items first', ['a', 'b'], { finalizers: ['c'] }, ['c', 'a', 'b']],
    ['nothing comes twice', ['a', 'b', 'a'], { finalizers: ['b', 'b'] }, ['a', 'b']],
    ['$deleteFromPrimitiveList deletes', ['a', 'b', 'c'], { '$deleteFromPrimitiveList/finalizers': ['a', 'c', 'zz'] }, ['b']],
    ['$deleteFromPrimitiveList where no list is does nothing', undefined, { '$deleteFromPrimitiveList/finalizers': ['a'] }, undefined],
    [
      'both at once, with the order asked for',
      ['a', 'b', 'c'],
      { finalizers: ['d'], '$deleteFromPrimitiveList/finalizers': ['b'], '$setElementOrder/finalizers': ['c', 'd', 'a'] },
      ['c', 'd', 'a'],
    ],
  ])('%s', (_what, before, patch, expected) => expect(finalizers(before, patch)).toEqual(expected))

  test('a list without a strategy is replaced', () => {
    expect(apply({ spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b', value: null }] } })).toEqual({
      spec: { tolerations: [{ key: 'b' }] },
    })
  })

  test('a directive in a list that is replaced is dropped, and its item stays, as kube-apiserver has it', () => {
    expect(apply({ spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b', $patch: 'delete' }] } })).toEqual({
      spec: { tolerations: [{ key: 'b' }] },
    })
  })
})

describe('$setElementOrder', () => {
  const target = { spec: { containers: ['a', 'b', 'c', 'd'].map((name) => ({ name })) } }
  const order = (...names: readonly string[]) => names.map((name) => ({ name }))
  const namesAfter = (patch: object) => (apply(target, { spec: patch }) as typeof target).spec.containers.map(({ name }) => name)

  test('sorts what is there, without other changes', () => {
    expect(namesAfter({ '$setElementOrder/containers': order('d', 'c', 'b', 'a') })).toEqual(['d', 'c', 'b', 'a'])
  })

  test('what only the server has keeps its place among its neighbours', () => {
    expect(namesAfter({ '$setElementOrder/containers': order('c', 'a') })).toEqual(['b', 'c', 'a', 'd'])
  })

  test('new items come where the order says', () => {
    expect(namesAfter({ containers: order('x'), '$setElementOrder/containers': order('a', 'x', 'b', 'c', 'd') })).toEqual([
      'a',
      'x',
      'b',
      'c',
      'd',
    ])
  })

  test('items that are deleted need not be in it', () => {
    expect(namesAfter({ containers: [{ name: 'b', $patch: 'delete' }], '$setElementOrder/containers': order('d', 'a') })).toEqual([
      'c',
      'd',
      'a',
    ])
  })

  test('without a list on either side there is nothing to sort', () => {
    expect(apply({ spec: {} }, { spec: { '$setElementOrder/containers': order('a') } })).toEqual({ spec: {} })
  })

  test.each([
    [
      'the patch’s items come in another order',
      { containers: order('b', 'a'), '$setElementOrder/containers': order('a', 'b') },
      500,
      "doesn't match",
    ],
    ['an item is not in it', { containers: order('x'), '$setElementOrder/containers': order('a') }, 500, "doesn't match"],
    ['it is no list', { '$setElementOrder/containers': 'a' }, 400, 'must be a list'],
    ['it names no field', { $setElementOrder: [] }, 400, '$setElementOrder/FIELD'],
    ['the field is no list', { containers: 'x', '$setElementOrder/containers': [] }, 500, 'no list'],
    ['nothing is there to sort', { tolerations: [], '$setElementOrder/tolerations': [] }, 500, 'no elements'],
  ])('is refused when %s', (_what, patch, code, problem) => {
    const error = errorOf(target, { spec: patch })
    expect(error.code).toBe(code)
    expect(error.message).toContain(problem)
  })
})

describe('$patch and $retainKeys of objects', () => {
  test.each<Case>([
    ['$patch: replace replaces', { spec: { x: { a: 1 } } }, { spec: { x: { $patch: 'replace', b: 2 } } }, { spec: { x: { b: 2 } } }],
    ['$patch: delete empties', { spec: { x: { a: 1 } } }, { spec: { x: { $patch: 'delete' } } }, { spec: { x: {} } }],
    ['of the whole', { a: 1 }, { $patch: 'replace', b: { c: null, d: 1 } }, { b: { d: 1 } }],
    ['where nothing is, an object with $patch does nothing', { spec: {} }, { spec: { x: { $patch: 'replace', b: 2 } } }, { spec: {} }],
    [
      '$retainKeys keeps only the named keys: how a union changes its member',
      { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
      { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/' } }] } },
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
    ],
    [
      '$retainKeys does not mind nulls and directives',
      { spec: { x: { a: 1, l: [1] } } },
      { spec: { x: { $retainKeys: ['l'], a: null, '$deleteFromPrimitiveList/l': [1] } } },
      { spec: { x: { l: [] } } },
    ],
  ])('%s', (_what, target, patch, expected) => expect(apply(target, patch)).toEqual(expected))
})

describe('what kube-apiserver refuses is refused, with the place and its status', () => {
  const withContainer = { spec: { containers: [{ name: 'a' }] } }
  test.each([
    ['no object', {}, [], 400, 'invalid JSON document'],
    ['an unknown directive', { spec: {} }, { spec: { $patch: 'merge' } }, 500, 'spec: unknown patch type'],
    [
      'an unknown directive of an item',
      withContainer,
      { spec: { containers: [{ name: 'a', $patch: 'merge' }] } },
      500,
      'spec.containers: unknown patch type',
    ],
    [
      'an item without its merge key',
      withContainer,
      { spec: { containers: [{ image: 'x' }] } },
      500,
      'spec.containers: an item does not contain declared merge key: name',
    ],
    [
      '$patch: delete without the merge key',
      withContainer,
      { spec: { containers: [{ $patch: 'delete' }] } },
      500,
      'declared merge key: name',
    ],
    [
      'an item of the server’s without its merge key',
      { spec: { containers: [{}] } },
      { spec: { containers: [{ name: 'a' }] } },
      500,
      'declared merge key',
    ],
    [
      'a merging list of objects without a merge key',
      { spec: { keyless: [{}] } },
      { spec: { keyless: [{}] } },
      500,
      'spec.keyless: cannot merge lists without merge key',
    ],
    ['items of several types', withContainer, { spec: { containers: ['a'] } }, 500, 'element types are not identical'],
    ['null as an item', { metadata: { finalizers: ['a'] } }, { metadata: { finalizers: [null] } }, 500, 'element types are not identical'],
    ['lists of lists', { metadata: { finalizers: ['a'] } }, { metadata: { finalizers: [[]] } }, 422, 'lists of lists'],
    ['$retainKeys that is no list', { spec: {} }, { spec: { $retainKeys: 'a' } }, 400, 'spec: invalid patch format of retainKeys'],
    ['$retainKeys that forgets what the patch sets', { spec: {} }, { spec: { $retainKeys: ['a'], b: 1 } }, 400, 'sets "b"'],
    [
      '$deleteFromPrimitiveList without a field',
      { spec: {} },
      { spec: { $deleteFromPrimitiveList: [] } },
      400,
      '$deleteFromPrimitiveList/FIELD',
    ],
    [
      '$deleteFromPrimitiveList of objects',
      withContainer,
      { spec: { '$deleteFromPrimitiveList/containers': [{ name: 'a' }] } },
      400,
      'spec.containers: invalid patch format of primitive list',
    ],
  ])('%s', (_what, target, patch, code, problem) => {
    const error = errorOf(target, patch)
    expect(error.code).toBe(code)
    expect(error.message).toContain(problem)
  })

  test('no value gets into the error: it may be a Secret’s', () => {
    expect(errorOf({ metadata: { finalizers: ['a'] } }, { metadata: { finalizers: [{ password: 'hunter2' }] } }).message).not.toMatch(
      /hunter2/,
    )
  })
})

describe('whatever the objects', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 })
  const item = (extra: fc.Arbitrary<object>) =>
    fc
      .tuple(names, fc.array(extra, { minLength: 5, maxLength: 5 }))
      .map(([all, extras]) => all.map((name, at) => ({ name, ...extras[at] })))
  const target = fc.record({
    spec: fc.record({ containers: item(fc.record({ image: fc.constantFrom('1', '2') }, { requiredKeys: [] })) }),
    metadata: fc.record({ finalizers: names }),
  })
  const patch = fc.record({
    spec: fc.record({
      containers: item(
        fc.record({ image: fc.constantFrom('3', null), $patch: fc.constantFrom('delete', 'replace') }, { requiredKeys: [] }),
      ),
    }),
    metadata: fc.record({ finalizers: names, '$deleteFromPrimitiveList/finalizers': names }, { requiredKeys: [] }),
  })

  test('no directive and no null gets into the result', () => {
    fc.assert(
      fc.property(target, patch, (before, change) => {
        expect(JSON.stringify(apply(before, change))).not.toMatch(/\$|null/)
      }),
    )
  })

  test('an empty patch changes nothing', () => {
    fc.assert(
      fc.property(target, (before) => {
        expect(apply(before, { spec: { containers: [] }, metadata: {} })).toEqual(before)
      }),
    )
  })

  test('the order that is asked for is the order one gets, and no item is lost', () => {
    fc.assert(
      fc.property(target, names, (before, order) => {
        fc.pre(before.spec.containers.length > 0)
        const change = { spec: { '$setElementOrder/containers': order.map((name) => ({ name })) } }
        const after = (apply(before, change) as typeof before).spec.containers.map(({ name }) => name)
        const there = before.spec.containers.map(({ name }) => name)
        expect(after.filter((name) => order.includes(name))).toEqual(order.filter((name) => there.includes(name)))
        expect(after.filter((name) => !order.includes(name))).toEqual(there.filter((name) => !order.includes(name)))
      }),
    )
  })
})
