import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isApiError, isConnectionError, messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { breakOff, collect, item, JSON_HEAD, list, listing } from '../test-server/listing.ts'
import { json, type Received, refuse } from '../test-server/scripted-server.ts'

describe('before the first byte a list is tried again as any request is', () => {
  const refusing = (times: number) => {
    let refusals = times
    return (_request: Received, response: ServerResponse) =>
      refusals-- > 0 ? refuse(response, 503, 'ServiceUnavailable') : json(response, list([item('a')]))
  }

  test('also part by part', async () => {
    await using fixture = await listing(refusing(2))
    expect(await collect(fixture.resource.listParts())).toEqual({ seen: ['a', 'END {"resourceVersion":"9"}'], error: undefined })
    expect(fixture.server.received).toHaveLength(3)
  })

  test('unless its reader has its own policy', async () => {
    await using fixture = await listing(refusing(1))
    const { error } = await collect(fixture.resource.listParts({ retry: false }))
    expect(isApiError(error) && error.code).toBe(503)
    expect(fixture.server.received).toHaveLength(1)
  })
})

describe('C7: a list that breaks on its way', () => {
  const half = `{"items":[${JSON.stringify(item('a'))},{"metadata":{"name":"b"`

  test('is an error after what came of it, and is not read again behind the back of its reader', async () => {
    await using fixture = await listing((_request, response) => breakOff(response, half))
    const { seen, error } = await collect(fixture.resource.listParts())
    expect(seen).toEqual(['a'])
    expect(isConnectionError(error) && error.message).toContain('GET /api/v1/configmaps: the list broke')
    expect(fixture.server.received).toHaveLength(1)
  })

  test('is read again when nobody has seen any of it', async () => {
    let breaks = 2
    await using fixture = await listing((_request, response) =>
      breaks-- > 0 ? breakOff(response, half) : json(response, list([item('a')])),
    )
    expect((await fixture.resource.list()).items).toHaveLength(1)
    expect(fixture.server.received).toHaveLength(3)
  })

  test.each([
    ['when it breaks each time', {}, 4],
    ['when its reader has its own policy', { retry: false }, 1],
  ])('is given up %s', async (_name, options, requests) => {
    await using fixture = await listing((_request, response) => breakOff(response, half))
    await expect(fixture.resource.list(options)).rejects.toThrow('the list broke')
    expect(fixture.server.received).toHaveLength(requests)
  })

  test('by a silence in its middle', async () => {
    await using fixture = await listing((_request, response) => void response.writeHead(200, JSON_HEAD).write(half))
    const { seen, error } = await collect(fixture.resource.listParts({ timeout: 500 }))
    expect(seen).toEqual(['a'])
    expect(isConnectionError(error) && [error.code, error.message]).toEqual([
      'ETIMEDOUT',
      'GET /api/v1/configmaps: the list broke: nothing more came for 0.5 s',
    ])
    await expect(fixture.resource.list({ timeout: 500 })).rejects.toThrow('nothing more came')
  })

  test('but not by taking longer than one wait', async () => {
    await using fixture = await listing(async (_request, response) => {
      response.writeHead(200, JSON_HEAD).write('{"items":[')
      for (let count = 0; count < 10; count++) {
        await delay(180)
        response.write(`${count > 0 ? ',' : ''}${JSON.stringify(item(`n${count}`))}`)
      }
      response.end(']}')
    })
    expect((await fixture.resource.list({ timeout: 1_500 })).items).toHaveLength(10)
  })

  test.each([
    ['that ends too soon', half],
    ['with something between its items', `{"items":[${JSON.stringify(item('a'))};${JSON.stringify(item('b'))}]}`],
    ['with an item that is no JSON', `{"items":[${JSON.stringify(item('a'))},{"data":{"password":aHVudGVyMg==}}]}`],
    ['with a head that is no JSON', `{"items":[${JSON.stringify(item('a'))}],"metadata":{"continue":aHVudGVyMg}}`],
  ])('%s, though the answer is whole, is told without quoting it', async (_name, text) => {
    await using fixture = await listing((_request, response) => void response.writeHead(200, JSON_HEAD).end(text))
    const { seen, error } = await collect(fixture.resource.listParts())
    expect(seen.join()).not.toContain('END')
    expect(isConnectionError(error) && error.code).toBe('NOT_JSON')
    expect(messageOf(error)).toContain('GET /api/v1/configmaps: the list is malformed')
    expect(`${messageOf(error)} ${String((error as Error).cause)}`).not.toContain('aHVudGVyMg')
    await expect(fixture.resource.list()).rejects.toThrow('the list is malformed')
  })
})
