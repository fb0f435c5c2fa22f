import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownersFirst, ownersNow } from './owners.ts'

const reference = (name: string, uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })
const item = (uid: string, owners: readonly string[] = [], namespace: string | undefined = 'team') => ({
  object: {
    metadata: { uid, ...(namespace !== undefined && { namespace }), ownerReferences: owners.map((owner) => reference(owner, owner)) },
  },
})
const order = (items: readonly ReturnType<typeof item>[]) => ownersFirst(items).map(({ object }) => object.metadata.uid)

test('an owner comes before what it owns, and that before what this owns', () => {
  expect(order([item('pod', ['rs']), item('rs', ['deployment']), item('deployment')])).toEqual(['deployment', 'rs', 'pod'])
})

test('what is of no namespace comes first; else the order stays', () => {
  expect(order([item('b'), item('a'), item('role', [], '')])).toEqual(['b', 'a', 'role'])
  const role = { object: { metadata: { uid: 'role', ownerReferences: [] } } }
  expect(ownersFirst([item('b'), role, item('a')]).map(({ object }) => object.metadata.uid)).toEqual(['role', 'b', 'a'])
})

test('whatever owns whatever, each is there once, and no owner that is no part of a circle comes late', () => {
  const graphs = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(graphs, fc.boolean(), (edges, circles) => {
      const items = edges.map((owners, index) =>
        item(String(index), owners.filter((owner) => owner < edges.length && (circles || owner > index)).map(String)),
      )
      const sorted = order(items)
      expect([...sorted].sort()).toEqual(edges.map((_, index) => String(index)).sort())
      if (circles) return
      for (const { object } of items)
        for (const { uid } of object.metadata.ownerReferences) expect(sorted.indexOf(uid)).toBeLessThan(sorted.indexOf(object.metadata.uid))
    }),
    { numRuns: 200 },
  )
})

test.each<[string, string | undefined, readonly string[], RegExp | undefined]>([
  ['restored in the same run: it has a new uid', 'never asked', ['new'], undefined],
  ['there all the time', 'old', ['old'], undefined],
  ['gone', undefined, [], /its owner ConfigMap "o" is gone/],
  ['made anew by somebody: it is not the one that owned it', 'other', [], /is another one by now/],
])('an owner that is %s', async (case_, there, uids, note) => {
  const restored = new Map(case_.startsWith('restored') ? [['old', 'new']] : [])
  const { references, notes } = await ownersNow([reference('o', 'old')], restored, () => Promise.resolve(there))
  expect(references.map(({ uid }) => uid)).toEqual(uids)
  if (note === undefined) expect(notes).toEqual([])
  else expect(notes).toEqual([expect.stringMatching(note)])
})

test('an owner that cannot be looked up is not one that is gone', async () => {
  await expect(ownersNow([reference('o', 'old')], new Map(), () => Promise.reject(new Error('forbidden')))).rejects.toThrow('forbidden')
})
