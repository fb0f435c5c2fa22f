import type { ServerResponse } from 'node:http'
import { isGone } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import type { ConfigMap } from '../kinds/index.ts'
import { all, collect, item, list, listing } from '../test-server/listing.ts'
import { json, type Received, refuse } from '../test-server/scripted-server.ts'

describe('P11, P12: pages', () => {
  /** A server of so many objects, whose continue token is the index. */
  const paged =
    (total: number, expired: (token: string) => boolean = () => false) =>
    (request: Received, response: ServerResponse) => {
      const token = request.query.get('continue')
      if (token && expired(token)) return refuse(response, 410, 'Expired')
      const start = Number(token ?? 0)
      const end = Math.min(total, start + Number(request.query.get('limit') ?? total))
      const items = Array.from({ length: end - start }, (_, index) => item(`n${start + index}`))
      json(response, list(items, { resourceVersion: '9', ...(end < total && { continue: String(end) }) }))
    }
  const names = (total: number) => Array.from({ length: total }, (_, index) => `n${index}`)
  const nameOf = async (items: AsyncIterable<ConfigMap>) => (await all(items)).map(({ metadata }) => metadata.name)

  test('P11: thirty pages are read, each with its limit and its token', async () => {
    await using fixture = await listing(paged(30))
    expect(await nameOf(fixture.resource.items({ limit: 1 }))).toEqual(names(30))
    expect(fixture.server.received.map(({ query }) => query.get('limit'))).toEqual(Array.from({ length: 30 }, () => '1'))
    expect(fixture.server.received.map(({ query }) => query.get('continue'))).toEqual([
      null,
      ...names(30)
        .slice(1)
        .map((name) => name.slice(1)),
    ])
  })

  test('P12: the options of the caller are not changed, and select on every page', async () => {
    await using fixture = await listing(paged(3))
    const options = Object.freeze({ namespace: 'x', labelSelector: 'a=b', fieldSelector: 'c=d', limit: 1, resourceVersion: '0' })
    for (let round = 0; round < 2; round++) expect(await nameOf(fixture.resource.items(options))).toEqual(names(3))
    const asked = fixture.server.received.map(({ query }) => [
      query.get('labelSelector'),
      query.get('fieldSelector'),
      query.get('resourceVersion'),
    ])
    const [first, later] = [
      ['a=b', 'c=d', '0'],
      ['a=b', 'c=d', null],
    ]
    expect(asked).toEqual([first, later, later, first, later, later])
  })

  test('P12: a token that is too old is not used again: one whole list follows, and nothing comes twice', async () => {
    await using fixture = await listing(paged(5, (token) => token === '4'))
    expect(await nameOf(fixture.resource.items({ limit: 2 }))).toEqual(names(5))
    expect(fixture.server.received.map(({ url }) => url)).toEqual([
      '/api/v1/configmaps?limit=2',
      '/api/v1/configmaps?limit=2&continue=2',
      '/api/v1/configmaps?limit=2&continue=4',
      '/api/v1/configmaps',
    ])
  })

  test('a reader of parts hears of the 410 and decides by itself', async () => {
    await using fixture = await listing(paged(5, () => true))
    const { seen, error } = await collect(fixture.resource.listParts({ limit: 2, continue: '2' }))
    expect([seen, isGone(error)]).toEqual([[], true])
  })

  test('all pages go over the connections of requests, and leave them for the next', async () => {
    await using fixture = await listing(paged(30))
    await nameOf(fixture.resource.items({ limit: 1 }))
    // The next page is asked for in the moment in which the last one ends, when the pool may not know yet that its connection is free.
    expect(fixture.server.connections).toBeLessThanOrEqual(2)
  })
})
