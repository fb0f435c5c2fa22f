import type { DynamicObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, CompactedError, Store } from './index.ts'
import type { WriteRecord } from './record.ts'
import { StaleEntryError } from './store.ts'

const storeOf = (entries = 10_000, age = 0) => {
  const clock = virtualClock()
  return { clock, store: new Store({ clock, history: { entries, age }, firstRevision: 1000 }) }
}

const object = (value: number): DynamicObject => ({ metadata: { name: 'x' }, value })

/** Key and value of everything, in order: what a client would hold. */
const contents = (entries: Iterable<{ readonly key: string; readonly object: DynamicObject }>) =>
  [...entries].map(({ key, object: { value } }) => [key, value])

type Operation = { readonly do: 'put' | 'delete'; readonly resource: string; readonly key: string; readonly value: number }

const operations = fc.array(
  fc.record({
    do: fc.constantFrom('put', 'put', 'delete'),
    resource: fc.constantFrom('pods', 'nodes'),
    key: fc.constantFrom('a/x', 'a/y', 'a-b/x', 'b/x', 'b/z', 'c'),
    value: fc.integer({ min: 0, max: 3 }),
  }) as fc.Arbitrary<Operation>,
  { maxLength: 40 },
)

function perform(store: Store, { do: what, resource, key, value }: Operation): void {
  const entry = store.get(resource, key)
  if (what === 'delete') {
    if (entry !== undefined) store.remove(resource, entry)
  } else if (entry === undefined) store.create(resource, key, object(value))
  else store.replace(resource, entry, object(value))
}

function fold(held: Map<string, { key: string; object: DynamicObject }>, { type, current }: Change): void {
  if (type === 'delete') held.delete(current.key)
  else held.set(current.key, current)
}

const sorted = (held: ReadonlyMap<string, { key: string; object: DynamicObject }>) =>
  [...held.values()].sort((a, b) => (a.key < b.key ? -1 : 1))

describe('lists and watches of one store agree', () => {
  test('a list at any revision is what was there then, and the changes since then lead to what is there now', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const { store } = storeOf()
        const snapshots = [{ revision: store.revision, contents: contents(store.list('pods')) }]
        for (const operation of all) {
          perform(store, operation)
          snapshots.push({ revision: store.revision, contents: contents(store.list('pods')) })
        }
        for (const snapshot of snapshots) {
          const then = store.list('pods', { at: snapshot.revision })
          expect(contents(then)).toEqual(snapshot.contents)
          const held = new Map(then.map((entry) => [entry.key, entry]))
          for (const change of store.changesSince('pods', snapshot.revision)) fold(held, change)
          expect(contents(sorted(held))).toEqual(contents(store.list('pods')))
        }
      }),
    )
  })

  test('a listener that folds what it hears holds what a list shows, at every step', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const { store } = storeOf()
        const held = new Map<string, { key: string; object: DynamicObject }>()
        store.subscribe((change) => fold(held, change), 'pods')
        for (const operation of all) {
          perform(store, operation)
          expect(contents(sorted(held))).toEqual(contents(store.list('pods')))
        }
      }),
    )
  })

  test('revisions grow by one with every change and not otherwise', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const { store } = storeOf()
        const heard: number[] = []
        store.subscribe(({ revision }) => heard.push(revision))
        for (const operation of all) perform(store, operation)
        expect(heard).toEqual(heard.map((_, index) => 1001 + index))
        expect(store.revision).toBe(1000 + heard.length)
      }),
    )
  })

  test('a page starts where the last one ended, whatever is written between them', () => {
    const { store } = storeOf()
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) store.create('pods', key, object(1))
    const at = store.revision
    store.remove('pods', store.get('pods', 'a/3')!)
    store.create('pods', 'a/25', object(2))
    expect(contents(store.list('pods', { prefix: 'a/', from: 'a/2\0', at }))).toEqual([['a/3', 1]])
    expect(contents(store.list('pods', { prefix: 'a/', from: 'a/2\0' }))).toEqual([['a/25', 2]])
  })

  test('a prefix is a namespace and not the beginning of another one', () => {
    const { store } = storeOf()
    for (const key of ['a/x', 'a-b/x', 'ab/x', 'a0/x']) store.create('pods', key, object(1))
    expect(contents(store.list('pods', { prefix: 'a/' }))).toEqual([['a/x', 1]])
  })
})

describe('a write', () => {
  test('that changes nothing makes no revision and returns what is there', () => {
    const { store } = storeOf()
    const entry = store.create('pods', 'a', object(1))
    expect(store.replace('pods', entry, object(1))).toBe(entry)
    expect(store.revision).toBe(entry.revision)
  })

  test('carries its revision as resourceVersion, and cannot be changed afterwards', () => {
    const { store } = storeOf()
    const { object: stored } = store.create('pods', 'a', object(1))
    expect(stored.metadata.resourceVersion).toBe('1001')
    expect(() => Object.assign(stored.metadata, { name: 'y' })).toThrow(TypeError)
  })

  test.each([
    ['create over what is there', (store: Store) => store.create('pods', 'a', object(2))],
    ['replace of an old state', (store: Store, old: ReturnType<Store['create']>) => store.replace('pods', old, object(3))],
    ['removal of an old state', (store: Store, old: ReturnType<Store['create']>) => store.remove('pods', old)],
  ])('%s is refused', (_, act) => {
    const { store } = storeOf()
    const old = store.create('pods', 'a', object(1))
    store.replace('pods', old, object(2))
    expect(() => act(store, old)).toThrow(StaleEntryError)
    expect(contents(store.list('pods'))).toEqual([['a', 2]])
  })

  test('a removal says the last state, under the revision of the removal', () => {
    const { store } = storeOf()
    const gone = store.remove('pods', store.create('pods', 'a', object(7)))
    expect(gone.object).toEqual({ metadata: { name: 'x', resourceVersion: '1002' }, value: 7 })
    expect(store.changesSince('pods', 1001)).toMatchObject([{ type: 'delete', revision: 1002, current: gone }])
  })

  test('of a listener is heard by all after the write that it answers', () => {
    const { store } = storeOf()
    const heard: string[] = []
    store.subscribe(({ current }) => {
      if (current.key === 'first') store.create('pods', 'second', object(2))
    })
    store.subscribe(({ current }) => heard.push(current.key))
    store.create('pods', 'first', object(1))
    expect(heard).toEqual(['first', 'second'])
  })

  test('is not heard by a listener that has stopped', () => {
    const { store } = storeOf()
    const heard: string[] = []
    const stop = store.subscribe(({ current }) => heard.push(current.key))
    store.create('pods', 'a', object(1))
    stop()
    store.create('pods', 'b', object(1))
    expect(heard).toEqual(['a'])
  })
})

describe('the history', () => {
  test('of an earlier server is not known to this one', () => {
    const { store } = storeOf()
    expect(() => store.changesSince('pods', 999)).toThrow(CompactedError)
    expect(store.changesSince('pods', 1000)).toEqual([])
  })

  test('forgets when it is told to, and then refuses older lists and watches', () => {
    const { store } = storeOf()
    for (const key of ['a', 'b', 'c']) store.create('pods', key, object(1))
    store.compact(1002)
    expect(() => store.list('pods', { at: 1001 })).toThrow(CompactedError)
    expect(() => store.changesSince('pods', 1001)).toThrow('revision 1001 is older than the history, which starts at 1002')
    expect(store.changesSince('pods', 1002)).toHaveLength(1)
    expect(contents(store.list('pods', { at: 1002 }))).toHaveLength(2)
  })

  test('keeps what is young, however much it is, and of the old as much as it must', async () => {
    const { clock, store } = storeOf(2, 60_000)
    for (const key of ['a', 'b', 'c', 'd']) store.create('pods', key, object(1))
    expect(store.changesSince('pods', 1000)).toHaveLength(4)
    await clock.advance(60_001)
    store.create('pods', 'e', object(1))
    expect(store.compactedRevision).toBe(1003)
    expect(store.changesSince('pods', 1003).map(({ current }) => current.key)).toEqual(['d', 'e'])
  })

  test('of a hundred thousand changes is trimmed without going through it again and again', () => {
    const { store } = storeOf(1000, -1)
    let entry = store.create('pods', 'a', object(0))
    for (let value = 1; value < 100_000; value++) entry = store.replace('pods', entry, object(value))
    expect(store.changesSince('pods', store.compactedRevision)).toHaveLength(1000)
  })
})

test('an entry is encoded once for each form', () => {
  const { store } = storeOf()
  const entry = store.create('pods', 'a', object(1))
  let calls = 0
  const encode = () => `form ${++calls}`
  expect(entry.encoded('v1', encode)).toBe(entry.encoded('v1', encode))
  expect(entry.encoded('table', encode).toString()).toBe('form 2')
})

describe('what goes ahead of a write', () => {
  const storeAhead = (append: (write: WriteRecord) => void) =>
    new Store({ clock: virtualClock(), history: { entries: 10, age: 0 }, firstRevision: 1000, ahead: { append } })

  test('is told of each one before it takes effect', () => {
    const written: WriteRecord[] = []
    const store = storeAhead((write) => {
      expect(store.revision).toBe(write.revision - 1)
      written.push(write)
    })
    const entry = store.create('pods', 'a', object(1))
    store.remove('pods', store.replace('pods', entry, object(2)))
    expect(written).toMatchObject([
      { resource: 'pods', key: 'a', revision: 1001, object: { value: 1 } },
      { resource: 'pods', key: 'a', revision: 1002, object: { value: 2 } },
      { resource: 'pods', key: 'a', revision: 1003 },
    ])
    expect(written[2]!.object).toBeUndefined()
  })

  test('can refuse it, and nothing has happened then', () => {
    let isFull = false
    const store = storeAhead(() => {
      if (isFull) throw new Error('no space left')
    })
    const entry = store.create('pods', 'a', object(1))
    const heard: Change[] = []
    store.subscribe((change) => heard.push(change))
    isFull = true
    expect(() => store.create('pods', 'b', object(1))).toThrow('no space left')
    expect(() => store.replace('pods', entry, object(2))).toThrow('no space left')
    expect(() => store.remove('pods', entry)).toThrow('no space left')
    expect(heard).toEqual([])
    expect(store.revision).toBe(entry.revision)
    expect(contents(store.list('pods'))).toEqual([['a', 1]])
    isFull = false
    expect(store.replace('pods', entry, object(2)).revision).toBe(entry.revision + 1)
  })
})

test('a store made from the contents of another one holds the same, and no history', () => {
  fc.assert(
    fc.property(operations, (all) => {
      const { store } = storeOf()
      for (const operation of all) perform(store, operation)
      const clock = virtualClock()
      const next = new Store({ clock, history: { entries: 10, age: 0 }, firstRevision: store.revision + 1 })
      const told: string[] = []
      next.subscribe(({ type, resource, current }) => told.push(`${type} ${resource} ${current.key} ${next.list(resource).length > 0}`))
      const contentsThen = store.contents()
      next.restore(contentsThen)
      for (const resource of ['pods', 'nodes']) expect(contents(next.list(resource))).toEqual(contents(store.list(resource)))
      expect(told).toEqual(contentsThen.map(({ resource, key }) => `put ${resource} ${key} true`))
      expect(() => next.changesSince('pods', store.revision)).toThrow(CompactedError)
    }),
  )
})
