import type { KubeObject } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Snapshot } from './snapshot.ts'
import { Store } from './store.ts'

interface Thing extends KubeObject {
  readonly colours?: readonly string[]
}
const thing = (name: string, version = '1', extra: { namespace?: string; uid?: string; colours?: readonly string[] } = {}): Thing => ({
  metadata: { name, resourceVersion: version, uid: extra.uid ?? `uid-${name}`, ...(extra.namespace ? { namespace: extra.namespace } : {}) },
  ...(extra.colours ? { colours: extra.colours } : {}),
})
const fresh = () => {
  const failures: string[] = []
  return { failures, store: new Store<Thing>((index, { metadata }) => failures.push(`${index} ${metadata.name}`)) }
}
const snapshot = (things: readonly Thing[]) => {
  const made = new Snapshot<Thing>()
  for (const one of things) made.put(one)
  return made
}
const names = (things: readonly Thing[]) => things.map(({ metadata }) => metadata.name).sort()

describe('a store', () => {
  test('finds objects by name, by namespace and name, and lists them', () => {
    const { store } = fresh()
    store.set(thing('cluster'))
    store.set(thing('a', '1', { namespace: 'one' }))
    store.set(thing('a', '1', { namespace: 'two' }))
    expect(store.get('cluster')?.metadata.name).toBe('cluster')
    expect(store.get('a')).toBeUndefined()
    expect(store.get('a', 'two')?.metadata.namespace).toBe('two')
    expect([store.list().length, store.list('one').length, store.list('three').length, store.size]).toEqual([3, 1, 0, 3])
  })

  test('tells an add from an update, and a deletion of what was not there from one', () => {
    const { store } = fresh()
    expect(store.set(thing('a'))).toMatchObject({ type: 'add' })
    expect(store.set(thing('a', '2'))).toMatchObject({ type: 'update', old: { metadata: { resourceVersion: '1' } } })
    expect(store.delete(thing('a', '3'))).toMatchObject({ type: 'delete', finalStateUnknown: false })
    expect(store.delete(thing('a', '3'))).toBeUndefined()
  })
})

describe('a replacement', () => {
  test('tells deletions first, with the last state known, then adds and updates, and not what stayed the same', () => {
    const { store } = fresh()
    for (const name of ['gone', 'same', 'changed']) store.set(thing(name))
    const changes = store.replace(snapshot([thing('new'), thing('same'), thing('changed', '2')]))
    expect(changes.map((change) => [change.type, change.object.metadata.name])).toEqual([
      ['delete', 'gone'],
      ['add', 'new'],
      ['update', 'changed'],
    ])
    expect(changes[0]).toMatchObject({ finalStateUnknown: true })
  })

  test('tells of an object that was deleted and made again under its name as of two objects', () => {
    const { store } = fresh()
    store.set(thing('a', '1', { uid: 'first' }))
    const changes = store.replace(snapshot([thing('a', '9', { uid: 'second' })]))
    expect(changes).toMatchObject([
      { type: 'delete', object: { metadata: { uid: 'first' } }, finalStateUnknown: true },
      { type: 'add', object: { metadata: { uid: 'second' } } },
    ])
  })

  test('of one namespace leaves the others alone', () => {
    const { store } = fresh()
    store.set(thing('a', '1', { namespace: 'one' }))
    store.set(thing('b', '1', { namespace: 'two' }))
    store.replace(snapshot([]), (namespace) => namespace === 'one')
    expect(names(store.list())).toEqual(['b'])
  })

  test('tells every deletion before any addition', () => {
    const { store } = fresh()
    for (const name of ['a', 'b']) store.set(thing(name, '1', { uid: `old-${name}` }))
    const changes = store.replace(snapshot(['a', 'b', 'c'].map((name) => thing(name, '2', { uid: `new-${name}` }))))
    expect(changes.map(({ type }) => type)).toEqual(['delete', 'delete', 'add', 'add', 'add'])
  })

  // client-node 2.0.1 overflows its stack at 130 000.
  test('C11: a list of 500 000 objects is no problem for the stack, nor are a change of all of them and their end', () => {
    const { store } = fresh()
    const all = (version: string) => Array.from({ length: 500_000 }, (_, i) => thing(`n${i}`, version, { namespace: 'ns' }))
    expect([store.replace(snapshot(all('1'))).length, store.size, store.list().length, store.list('ns').length]).toEqual(
      Array.from({ length: 4 }, () => 500_000),
    )
    expect(store.replace(snapshot(all('2'))).length).toBe(500_000)
    expect([store.replace(snapshot([])).length, store.size]).toEqual([500_000, 0])
  }, 60_000)
})

describe('an index', () => {
  test('finds objects under each of their values, also those from before it was added', () => {
    const { store } = fresh()
    store.set(thing('early', '1', { colours: ['red'] }))
    store.addIndex('colour', ({ colours = [] }) => colours)
    store.set(thing('late', '1', { colours: ['red', 'blue'] }))
    expect(names(store.byIndex('colour', 'red'))).toEqual(['early', 'late'])
    expect(names(store.byIndex('colour', 'blue'))).toEqual(['late'])
    expect(store.byIndex('colour', 'green')).toEqual([])
  })

  test('that is not there is an error with the mend; so is a second one of its name', () => {
    const { store } = fresh()
    expect(() => store.byIndex('colour', 'red')).toThrow('there is no index "colour": add it with addIndex')
    const byName = () => []
    store.addIndex('x', byName)
    store.addIndex('x', byName)
    expect(() => store.addIndex('x', () => [])).toThrow('choose another name')
  })

  test('whose function throws for one object goes on with the others', () => {
    const { store, failures } = fresh()
    store.addIndex('fragile', ({ metadata }) => {
      if (metadata.name === 'bad') throw new Error('oops')
      return ['all']
    })
    store.set(thing('bad'))
    store.set(thing('good'))
    expect(names(store.byIndex('fragile', 'all'))).toEqual(['good'])
    expect(failures).toEqual(['fragile bad'])
  })
})

// The model: a plain map, and each index worked out anew.
test('after any changes the store and its indexes say what a plain map would', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const colours = fc.subarray(['red', 'green', 'blue'])
  const change = fc.oneof(
    fc.record({ do: fc.constant('set' as const), name, colours }),
    fc.record({ do: fc.constant('delete' as const), name }),
    fc.record({
      do: fc.constant('replace' as const),
      things: fc.uniqueArray(fc.record({ name, colours }), { selector: (item) => item.name }),
    }),
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const { store } = fresh()
      store.addIndex('colour', (object) => object.colours ?? [])
      const model = new Map<string, readonly string[]>()
      let version = 0
      for (const next of changes) {
        const make = (item: { name: string; colours: readonly string[] }) => thing(item.name, String(++version), { colours: item.colours })
        if (next.do === 'set') {
          store.set(make(next))
          model.set(next.name, next.colours)
        } else if (next.do === 'delete') {
          store.delete(thing(next.name))
          model.delete(next.name)
        } else {
          store.replace(snapshot(next.things.map(make)))
          model.clear()
          for (const item of next.things) model.set(item.name, item.colours)
        }
        expect(names(store.list())).toEqual([...model.keys()].sort())
        expect(store.size).toBe(model.size)
        for (const colour of ['red', 'green', 'blue']) {
          const expected = [...model].filter(([, has]) => has.includes(colour)).map(([key]) => key)
          expect(names(store.byIndex('colour', colour))).toEqual(expected.sort())
        }
      }
    }),
  )
})
