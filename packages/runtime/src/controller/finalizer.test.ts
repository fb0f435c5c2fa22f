import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { Website, website } from '../fake/program.ts'
import { isOutdated } from './errors.ts'
import { addFinalizer, removeFinalizer } from './finalizer.ts'

const OURS = 'example.dev/ours'
const context = { signal: new AbortController().signal, fieldManager: 'website' }

async function setUp(...finalizers: string[]) {
  const server = new FakeServer().serve(Website)
  const resource = await fakeClient(server).resource(Website)
  const put = (list: readonly string[], over: Partial<KubeObject['metadata']> = {}) =>
    server.put(Website, website('shop', 'nginx', { finalizers: list, ...over }))
  const object = put(finalizers)
  const found = () => server.find('Website.example.dev/v1', 'shop/shop')?.metadata.finalizers
  const add = () => addFinalizer(resource, object, OURS, context).catch((error: unknown) => error)
  const remove = () => removeFinalizer(resource, object, OURS, context).catch((error: unknown) => error)
  return { server, put, found, add, remove, uid: object.metadata.uid! }
}

describe('a finalizer is put on', () => {
  test.each([[[]], [['a']], [['a', 'b']]])('behind %j', async (others) => {
    const { add, found } = await setUp(...others)
    expect(await add()).toMatchObject({ metadata: { finalizers: [...others, OURS] } })
    expect(found()).toEqual([...others, OURS])
  })

  test('though something else of the object has changed since it was read', async () => {
    const { server, add, found, put, uid } = await setUp('a')
    put(['a'], { uid, labels: { new: 'label' } })
    await add()
    expect(found()).toEqual(['a', OURS])
    expect(server.find('Website.example.dev/v1', 'shop/shop')?.metadata.labels).toEqual({ new: 'label' })
  })

  test.each<[string, readonly string[], readonly string[]]>([
    ['another has put one on', ['a'], ['a', 'b']],
    ['another has taken one off', ['a', 'b'], ['a']],
    ['another has put on the first one', [], ['a']],
    ['another replica has put ours on', ['a'], ['a', OURS]],
  ])('not when %s meanwhile: it is looked at again, and nothing is lost', async (_, before, after) => {
    const { add, found, put, uid } = await setUp(...before)
    put(after, { uid })
    expect(isOutdated(await add())).toBe(true)
    expect(found()).toEqual(after)
  })

  test('not on another object that has the name by now', async () => {
    const { add, found, put } = await setUp('a')
    put(['a'], { uid: 'another' })
    expect(isOutdated(await add())).toBe(true)
    expect(found()).toEqual(['a'])
  })

  test('not twice', async () => {
    const { server, add } = await setUp('a', OURS)
    await add()
    expect(server.writes).toEqual([])
  })
})

describe('a finalizer is taken off', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['as it was read', ['a', OURS, 'b'], ['a', 'b']],
    ['that has moved up in the list', [OURS, 'b'], ['b']],
    ['that has moved down in the list', ['x', 'a', 'y', OURS], ['x', 'a', 'y']],
    ['that somebody has taken off already', ['a'], ['a']],
  ])('%s: %j', async (_, now, after) => {
    const { put, remove, found, uid } = await setUp('a', OURS, 'b')
    put(now, { uid })
    expect(await remove()).toBe(undefined)
    expect(found()).toEqual(after)
  })

  test('not from another object that has the name by now', async () => {
    const { put, remove, found } = await setUp(OURS)
    put([OURS], { uid: 'another' })
    expect(await remove()).toBe(undefined)
    expect(found()).toEqual([OURS])
  })

  test('from an object that is gone without complaint', async () => {
    const { server, remove, put, uid } = await setUp(OURS)
    put([], { uid })
    server.remove(Website, 'shop/shop')
    expect(await remove()).toBe(undefined)
  })

  test('with the server’s words when the object is not valid any more', async () => {
    const { server, remove } = await setUp(OURS)
    const invalid = apiError(422, 'Invalid', 'spec.image: Required value')
    server.failWith(({ verb }) =>
      verb === 'patch'
        ? Object.assign(invalid, { status: { ...invalid.status, details: { causes: [{ field: 'spec.image' }] } } })
        : undefined,
    )
    expect(await remove()).toBe(invalid)
  })

  test('at most five times in a list that never stands still', async () => {
    const { server, remove, put, uid } = await setUp('a', OURS)
    let turn = 0
    server.failWith(({ verb }) => {
      if (verb === 'patch') put(++turn % 2 === 1 ? [OURS, 'a'] : ['a', OURS], { uid })
      return undefined
    })
    expect(isOutdated(await remove())).toBe(true)
    expect(server.count('patch')).toBe(5)
  })
})
