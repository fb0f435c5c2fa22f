import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { isConnectionError, messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import type { ListPart } from '../contract.ts'
import type { ConfigMap } from '../kinds/index.ts'
import { all, brief, collect, item, JSON_HEAD, list, listing, until } from '../test-server/listing.ts'
import { json } from '../test-server/scripted-server.ts'

describe('the parts of a list', () => {
  test('are its items with their type, and then its metadata', async () => {
    await using fixture = await listing((_request, response) =>
      json(response, list([item('a'), item('b')], { resourceVersion: '9', continue: 'c', remainingItemCount: 3 })),
    )
    const parts: ListPart<ConfigMap>[] = []
    for await (const part of fixture.resource.listParts({ namespace: 'x', limit: 2 })) parts.push(part)
    const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, resourceVersion: '1' }, data: { k: name } })
    expect(parts).toMatchObject([
      { type: 'ITEM', object: object('a') },
      { type: 'ITEM', object: object('b') },
      { type: 'END', metadata: { resourceVersion: '9', continue: 'c', remainingItemCount: 3 } },
    ])
  })

  test('come as they are sent, and not when the list is whole', async () => {
    let finish = () => {}
    await using fixture = await listing((_request, response) => {
      response.writeHead(200, JSON_HEAD).write(`{"items":[${JSON.stringify(item('a'))},`)
      finish = () => response.end(`${JSON.stringify(item('b'))}]}`)
    })
    const parts = fixture.resource.listParts()[Symbol.asyncIterator]()
    expect(brief((await parts.next()).value as ListPart<ConfigMap>)).toBe('a')
    finish()
    expect(brief((await parts.next()).value as ListPart<ConfigMap>)).toBe('b')
    expect(brief((await parts.next()).value as ListPart<ConfigMap>)).toBe('END {}')
    expect((await parts.next()).done).toBe(true)
  })

  test('C6: a version of more than 53 bits comes through as the text that it is', async () => {
    const resourceVersion = '18446744073709551615'
    await using fixture = await listing((_request, response) => json(response, list([], { resourceVersion })))
    expect((await collect(fixture.resource.listParts())).seen).toEqual([`END {"resourceVersion":"${resourceVersion}"}`])
    expect((await fixture.resource.list()).metadata.resourceVersion).toBe(resourceVersion)
  })

  test('a metadata-only list asks the server to reduce, and reduces what it does not', async () => {
    await using fixture = await listing((_request, response) => json(response, list([item('a')])))
    const [part] = await all(fixture.resource.metadataOnly().listParts())
    expect(part).toMatchObject({ type: 'ITEM', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } })
    expect(part?.type === 'ITEM' && part.object).not.toHaveProperty('data')
    expect(fixture.server.received[0]?.headers.accept).toBe(
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1;drop=metadata.managedFields,application/json',
    )
  })
})

describe('managedFields', () => {
  const has = (object: ConfigMap | undefined) => 'managedFields' in object!.metadata

  test('of parts are left out by the server if it can, else here; of a list they stay: it is read once, and not kept by the thousand', async () => {
    await using fixture = await listing((_request, response) => json(response, list([item('a')])))
    const first = async (managedFields?: boolean) => {
      for await (const part of fixture.resource.listParts(managedFields === undefined ? {} : { managedFields }))
        return part.type === 'ITEM' ? part.object : undefined
      return undefined
    }
    const asked = () => fixture.server.received.at(-1)!.headers.accept
    expect([has(await first()), asked()]).toEqual([false, 'application/json;drop=metadata.managedFields,application/json'])
    expect([has(await first(true)), asked()]).toEqual([true, 'application/json'])
    expect([has((await fixture.resource.list()).items[0]), asked()]).toEqual([true, 'application/json'])
    const [cut] = (await fixture.resource.list({ managedFields: false })).items
    expect([has(cut), asked()]).toEqual([false, 'application/json;drop=metadata.managedFields,application/json'])
    for await (const object of fixture.resource.items()) expect([has(object), asked()]).toEqual([true, 'application/json'])
    for await (const object of fixture.resource.items({ managedFields: false })) expect(has(object)).toBe(false)
  })

  test('bytes is what is left of an item', async () => {
    await using fixture = await listing((_request, response) => json(response, list([item('a')])))
    const bytes = async (managedFields: boolean) => {
      const [part] = await all(fixture.resource.listParts({ managedFields }))
      return part?.type === 'ITEM' ? part.bytes : undefined
    }
    const { managedFields: _, ...metadata } = item('a').metadata
    expect(await bytes(true)).toBe(JSON.stringify(item('a')).length)
    expect(await bytes(false)).toBe(JSON.stringify({ ...item('a'), metadata }).length)
  })
})

describe('a share of the objects', () => {
  const shardSelector = "shardRange(object.metadata.uid, '0x0', '0x8000000000000000')"

  test('is asked for by list, parts, items and watch; shardInfo tells whether it was given', async () => {
    const shardInfo = { selector: shardSelector }
    await using fixture = await listing((_request, response) => json(response, list([], { shardInfo })))
    expect((await fixture.resource.list({ shardSelector })).metadata.shardInfo).toEqual(shardInfo)
    expect((await collect(fixture.resource.listParts({ shardSelector }))).seen).toEqual([`END ${JSON.stringify({ shardInfo })}`])
    await all(fixture.resource.items({ shardSelector }))
    // This server answers a watch with a list, which is no frame: the request is what counts here.
    await expect(all(fixture.resource.watch({ shardSelector }))).rejects.toThrow('no object')
    expect(fixture.server.received.map(({ query }) => query.get('shardSelector'))).toEqual(Array.from({ length: 4 }, () => shardSelector))
  })
})

describe('C11: a very large list', () => {
  const TOTAL = 200_000

  test('overflows no stack, and the server waits for a reader that is busy', { timeout: 60_000 }, async () => {
    let written = 0
    await using fixture = await listing(async (_request, response) => {
      response.writeHead(200, JSON_HEAD).write('{"metadata":{"resourceVersion":"9"},"items":[')
      while (written < TOTAL) {
        const block = Array.from({ length: 100 }, () =>
          JSON.stringify({ metadata: { name: `n${written++}` }, data: { filler: 'x'.repeat(60) } }),
        ).join()
        if (!response.write(written < TOTAL ? `${block},` : block)) await once(response, 'drain')
      }
      response.end(']}')
    })
    let count = 0
    for await (const part of fixture.resource.listParts()) {
      if (part.type === 'END') expect(part.metadata.resourceVersion).toBe('9')
      else {
        if (count === 0) {
          await delay(100)
          // 20 MB were to come; what is not asked for stays with the server, but for the buffers in between.
          expect(written).toBeLessThan(TOTAL)
        }
        expect(part.object.metadata.name === `n${count++}`).toBe(true)
      }
    }
    expect(count).toBe(TOTAL)
  })
})

describe('an answer that is no list', () => {
  test('of a stranger is quoted', async () => {
    await using fixture = await listing((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Please log in</h1></html>')
    })
    const { error } = await collect(fixture.resource.listParts())
    expect(isConnectionError(error) && error.code).toBe('NOT_JSON')
    expect(messageOf(error)).toContain('"Please log in" where JSON was expected: is the address that of an API server?')
  })

  test.each([
    ['a Table', { kind: 'Table', rows: [] }, 'is a Table'],
    ['an object', item('a'), 'is a thing without a kind'],
    ['items that are none', { kind: 'ConfigMapList', items: { a: 1 } }, 'is a ConfigMapList'],
  ])('%s is refused by name', async (_name, body, words) => {
    await using fixture = await listing((_request, response) => json(response, body))
    const { error } = await collect(fixture.resource.listParts())
    expect(messageOf(error)).toBe(`the list of ConfigMap.v1 has no items but ${words}: is this an API server?`)
    await expect(fixture.resource.list()).rejects.toThrow(words)
  })
})

describe('C5: one owner, and a visible end', () => {
  /** A list without end. `closed`: how many of them were given up. */
  async function endless() {
    let closed = 0
    const fixture = await listing((_request, response) => {
      response.once('close', () => closed++)
      response.writeHead(200, JSON_HEAD).write(`{"items":[${JSON.stringify(item('a'))},`)
    })
    return Object.assign(fixture, { closed: (count: number) => until(() => closed === count) })
  }

  test('leaving the loop closes the connection', async () => {
    await using fixture = await endless()
    for await (const _ of fixture.resource.listParts()) break
    await fixture.closed(1)
  })

  test('leaving while a next waits lets it go', async () => {
    await using fixture = await endless()
    const parts = fixture.resource.listParts()[Symbol.asyncIterator]()
    await parts.next()
    const waiting = parts.next()
    await parts.return?.()
    expect((await waiting).done).toBe(true)
    await fixture.closed(1)
  })

  test('an abort throws its reason and closes the connection, part by part and as a whole', async () => {
    await using fixture = await endless()
    const reason = new Error('stop')
    let round = 0
    for (const read of [
      (signal: AbortSignal) => all(fixture.resource.listParts({ signal })),
      (signal: AbortSignal) => fixture.resource.list({ signal }),
      (signal: AbortSignal) => all(fixture.resource.items({ signal })),
    ]) {
      const abort = new AbortController()
      const requests = fixture.server.received.length
      const work = read(abort.signal)
      await until(() => fixture.server.received.length > requests)
      await delay(5)
      abort.abort(reason)
      await expect(work).rejects.toBe(reason)
      await fixture.closed(++round)
    }
  })

  test('nothing is sent before it is read', async () => {
    await using fixture = await endless()
    fixture.resource.listParts()
    fixture.resource.items()
    await delay(10)
    expect(fixture.server.received).toEqual([])
  })
})

test('a reader may make requests while it reads, however few connections there are for them', async () => {
  const large = { ...item('a'), data: { text: 'x'.repeat(100_000) } }
  const page = list(Array.from({ length: 100 }, () => large))
  await using fixture = await listing((request, response) => json(response, request.path.endsWith('/configmaps') ? page : {}), {
    connections: 1,
  })
  let requests = 0
  for await (const _ of fixture.resource.items()) {
    if (requests === 3) break
    await fixture.client.request('GET', '/version', { signal: AbortSignal.timeout(2_000) })
    requests++
  }
  expect(requests).toBe(3)
})
