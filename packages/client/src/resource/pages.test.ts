import { ApiError, type KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import type { ListOptions, ListPart } from '../contract.ts'
import { eachItem } from './pages.ts'

const named = (name: string): KubeObject => ({ metadata: { namespace: 'x', name } })
const gone = new ApiError({ code: 410, reason: 'Expired', message: 'the continue token is too old' })

/** A server of these objects; the continue token is the index. `expire`: calls (by number) that answer 410. */
function pages(names: string[], expire: (call: number) => boolean = () => false) {
  const calls: ListOptions[] = []
  async function* list(options: ListOptions): AsyncGenerator<ListPart<KubeObject>> {
    calls.push(Object.freeze(options))
    if (expire(calls.length)) throw gone
    const start = Number(options.continue ?? 0)
    const end = options.limit === undefined ? names.length : start + options.limit
    for (const name of names.slice(start, end)) yield { type: 'ITEM', object: named(name) }
    yield { type: 'END', metadata: { resourceVersion: '9', ...(end < names.length && { continue: String(end) }) } }
  }
  return { calls, list }
}

async function read(list: (options: ListOptions) => AsyncIterable<ListPart<KubeObject>>, options: ListOptions = {}): Promise<string[]> {
  const names: string[] = []
  for await (const item of eachItem(list, options)) names.push(item.metadata.name!)
  return names
}

describe('C13: lists are read in pages', () => {
  test('of 500', async () => {
    const names = Array.from({ length: 1001 }, (_, index) => `n${index}`)
    const { list, calls } = pages(names)
    expect(await read(list)).toEqual(names)
    expect(calls.map(({ limit, continue: token }) => [limit, token])).toEqual([
      [500, undefined],
      [500, '500'],
      [500, '1000'],
    ])
  })

  test('the next pages carry the selection and the token, and not the resource version, which the token has', async () => {
    const { list, calls } = pages(['a', 'b'])
    await read(list, { limit: 1, namespace: 'x', labelSelector: 'l', resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' })
    expect(calls[1]).toEqual({ limit: 1, namespace: 'x', labelSelector: 'l', continue: '1' })
  })

  test('a reader that has enough asks for no more', async () => {
    const { list, calls } = pages(['a', 'b', 'c'])
    for await (const _ of eachItem(list, { limit: 1 })) break
    expect(calls).toHaveLength(1)
  })
})

describe('a server that has forgotten the list between two pages', () => {
  test('is asked once more for everything; nothing comes twice', async () => {
    const { list, calls } = pages(['a', 'b', 'c', 'd'], (call) => call === 3)
    expect(await read(list, { limit: 1, labelSelector: 'l' })).toEqual(['a', 'b', 'c', 'd'])
    expect(calls.at(-1)).toEqual({ labelSelector: 'l' })
  })

  test('if that fails, too, it is told', async () => {
    const { list } = pages(['a', 'b'], (call) => call > 1)
    await expect(read(list, { limit: 1 })).rejects.toBe(gone)
  })

  test('a 410 to the first page is told, as no token was too old', async () => {
    const { list } = pages(['a'], () => true)
    await expect(read(list)).rejects.toBe(gone)
  })
})
