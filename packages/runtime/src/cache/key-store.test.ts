import type { KubeObject } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyStore } from './key-store.ts'
import { Snapshot } from './snapshot.ts'
import { Store, type StoreChange } from './store.ts'

const TYPE = { group: 'apps', version: 'v1', kind: 'Deployment' }
const UID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const thing = (name: string, resourceVersion = '1', { namespace = 'ns', uid = UID } = {}): KubeObject => ({
  metadata: { name, namespace, uid, resourceVersion, labels: { app: 'x' } },
})
const keyOf = ({ metadata: { name, namespace, uid, resourceVersion } }: KubeObject) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, ...(namespace === '' ? {} : { namespace }), uid, resourceVersion },
})
const snapshotOf = (things: readonly KubeObject[]) => {
  const made = new Snapshot<KubeObject>()
  for (const one of things) made.put(one)
  return made
}

describe('a store of keys', () => {
  test('passes on whole what is added, and keeps of it namespace, name, uid and version', () => {
    const store = new KeyStore(TYPE)
    expect(store.set(thing('a'))).toEqual({ type: 'add', object: thing('a') })
    expect(store.set(thing('a', '2'))).toEqual({ type: 'update', old: keyOf(thing('a')), object: thing('a', '2') })
    expect(store.get('a', 'ns')).toEqual(keyOf(thing('a', '2')))
    expect(store.delete(thing('a', '3'))).toEqual({ type: 'delete', object: keyOf(thing('a', '2')), finalStateUnknown: false })
    expect([store.get('a', 'ns'), store.size]).toEqual([undefined, 0])
  })

  test.each([
    ['a uid that is no UUID', { uid: 'made-up' }, '1'],
    ['a uid in capitals', { uid: UID.toUpperCase() }, '1'],
    ['no uid', { uid: '' }, '1'],
    ['a version that is no number', {}, 'v1-abc'],
    ['a version with more digits than a number has', {}, '123456789012345678901'],
    ['a version with a leading zero', {}, '0123'],
    ['no namespace', { namespace: '' }, '1'],
  ])('keeps %s as it is, and nothing of it when the next takes its place', (_, extra, version) => {
    const store = new KeyStore(TYPE)
    const odd = thing('a', version, extra)
    store.set(odd)
    expect(store.get('a', odd.metadata.namespace)).toEqual(keyOf(odd))
    store.delete(odd)
    store.set(thing('b'))
    expect(store.list()).toEqual([keyOf(thing('b'))])
  })

  test('says that there is nothing to index', () => {
    const store = new KeyStore(TYPE)
    expect(() => store.addIndex('owner')).toThrow('the index "owner" needs objects, and this informer keeps keys alone')
    expect(() => store.byIndex('owner')).toThrow('leave out "keep"')
  })
})

// The model: a store of whole objects. Ten names in three namespaces, so that rows are used again and searches run into each other.
test('after any changes it holds the keys of what a store of objects holds, and has told the same', () => {
  const object = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('', 'one', 'two'), fc.integer({ min: 1, max: 3 }), fc.constantFrom(UID, 'odd'))
    .map(([name, namespace, version, uid]) => thing(`pod-7d9c5b8f6d-${name}`, String(version), { namespace, uid }))
  const change = fc.oneof(
    fc.record({ do: fc.constant('set' as const), object }),
    fc.record({ do: fc.constant('delete' as const), object }),
    fc.record({
      do: fc.constant('replace' as const),
      objects: fc.array(object, { maxLength: 20 }),
      within: fc.constantFrom('one', undefined),
    }),
  )
  const told = (changes: readonly StoreChange<KubeObject>[]) =>
    changes.map(({ type, ...of }) => JSON.stringify([type, keyOf(of.object), 'old' in of && keyOf(of.old)])).sort()
  const keys = (objects: readonly KubeObject[]) => objects.map((one) => JSON.stringify(keyOf(one))).sort()
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const store = new KeyStore(TYPE)
      const model = new Store<KubeObject>(() => {})
      for (const next of changes) {
        const apply = (to: KeyStore<KubeObject> | Store<KubeObject>): readonly StoreChange<KubeObject>[] => {
          if (next.do === 'set') return [to.set(next.object)]
          if (next.do === 'delete') return [to.delete(next.object, true)].filter((one) => one !== undefined)
          const within = (namespace: string) => next.within === undefined || namespace === next.within
          return to.replace(snapshotOf(next.objects.filter(({ metadata }) => within(metadata.namespace ?? ''))), within)
        }
        expect(told(apply(store))).toEqual(told(apply(model)))
        expect(keys(store.list())).toEqual(keys(model.list()))
        for (const namespace of ['', 'one', 'two']) {
          expect(keys(store.list(namespace))).toEqual(keys(model.list(namespace)))
          expect(store.count((name) => name === namespace)).toBe(model.count((name) => name === namespace))
        }
        expect(store.size).toBe(model.size)
      }
    }),
  )
})
