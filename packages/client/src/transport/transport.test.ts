import { getEventListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { isApiError, isConnectionError, isConnectionRefused, messageOf } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import type { ClientOptions, ClusterConnection, RequestObservation } from '../connection.ts'
import { json, refuse, scriptedServer } from '../test-server/scripted-server.ts'

const at = (server: { url: string }, more: Partial<ClusterConnection> = {}, options: ClientOptions = {}) =>
  connectTo({ server: server.url, ...more }, { random: () => 0, ...options })
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )

describe('what a request carries', () => {
  test('token, user agent, JSON', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = at(server, { token: 'abc' })
    await client.request('POST', '/x', { body: { a: 1 }, query: { dryRun: 'All', missing: undefined, odd: 'a b&c/ü' } })
    const [request] = server.received
    expect(request).toMatchObject({ method: 'POST', path: '/x', body: '{"a":1}' })
    expect(request?.headers).toMatchObject({ authorization: 'Bearer abc', 'content-type': 'application/json', accept: 'application/json' })
    expect(request?.headers['user-agent']).toMatch(/^kubewright\/\d+\.\d+\.\d+ \(\w+\/\w+\)$/)
    expect([...request!.query]).toEqual([
      ['dryRun', 'All'],
      ['odd', 'a b&c/ü'],
    ])
    await client.close()
  })

  test('C18: each impersonated group is a header line of its own (client-node #2474 joined them)', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = at(server).impersonate({ user: 'jane', uid: '7', groups: ['dev', 'ops'], extra: { 'Example.com/Tenant': ['a', 'b'] } })
    await client.request('GET', '/x')
    const raw = server.received[0]!.rawHeaders.map((text) => text.toLowerCase())
    const lines = raw.flatMap((name, index) => (index % 2 === 0 && name.startsWith('impersonate') ? [`${name}: ${raw[index + 1]}`] : []))
    expect(lines).toEqual([
      'impersonate-user: jane',
      'impersonate-uid: 7',
      'impersonate-group: dev',
      'impersonate-group: ops',
      'impersonate-extra-example.com%2ftenant: a',
      'impersonate-extra-example.com%2ftenant: b',
    ])
    await client.close()
  })

  test('the path of a server that lives below one comes first', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = connectTo({ server: `${server.url}/k8s/clusters/c-1/` })
    await client.request('GET', '/version')
    expect(server.received[0]?.path).toBe('/k8s/clusters/c-1/version')
    await client.close()
  })
})

describe('what comes back', () => {
  test('text of type text/plain is a string, an empty answer is undefined', async () => {
    await using server = await scriptedServer(({ path }, response) => {
      if (path === '/readyz') response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok')
      else response.writeHead(204).end()
    })
    const client = at(server)
    expect(await client.request('GET', '/readyz')).toBe('ok')
    expect(await client.request('DELETE', '/x')).toBeUndefined()
    await client.close()
  })

  test("a proxy's login page is no answer of an API server", async () => {
    await using server = await scriptedServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body><h1>Please log in</h1></body></html>')
    })
    const client = at(server)
    const error = await failureOf(client.request('GET', '/api'))
    expect(isConnectionError(error)).toBe(true)
    expect(messageOf(error)).toContain('"Please log in" where JSON was expected')
    await client.close()
  })

  test('broken JSON is not quoted: half a Secret is a secret', async () => {
    await using server = await scriptedServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"Secret","data":{"password":"aHVudGVyMg==')
    })
    const client = at(server)
    const error = (await failureOf(client.request('GET', '/x'))) as Error
    expect(`${error.message} ${String(error.cause)}`).not.toContain('aHVudGVyMg')
    expect(error.message).toContain('bytes of broken JSON')
    await client.close()
  })

  test('warnings of the server reach the hook', async () => {
    await using server = await scriptedServer((_request, response) =>
      json(response, {}, 200, { warning: '299 - "policy/v1beta1 is deprecated"' }),
    )
    const warnings: string[] = []
    const client = at(server, {}, { onWarning: (text) => warnings.push(text) })
    await client.request('GET', '/x')
    expect(warnings).toEqual(['policy/v1beta1 is deprecated'])
    await client.close()
  })

  test('every attempt is observed, with the label that client-go gives to no answer', async () => {
    let refusals = 1
    await using server = await scriptedServer((_request, response) =>
      refusals-- > 0 ? refuse(response, 503, 'ServiceUnavailable') : json(response, {}),
    )
    const seen: RequestObservation[] = []
    const client = at(server, {}, { observe: (observation) => seen.push(observation) })
    await client.request('GET', '/x')
    await client.close()
    const gone = connectTo({ server: 'http://127.0.0.1:1' }, { observe: (observation) => seen.push(observation), random: () => 0 })
    await failureOf(gone.request('POST', '/x'))
    await gone.close()
    expect(seen.map(({ method, code, verb }) => `${verb} ${method} ${code}`)).toEqual([
      'get GET 503',
      'get GET 200',
      ...Array.from({ length: 4 }, () => 'post POST <error>'),
    ])
    expect(seen[0]?.host).toBe(new URL(server.url).host)
    expect(seen.every(({ seconds }) => seconds >= 0)).toBe(true)
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2, 3, 4])
  })

  test('an observation has the bytes of what was sent and of what came, and nothing of a limit that is not there', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { ä: 1 }))
    const seen: RequestObservation[] = []
    const client = at(server, {}, { observe: (observation) => seen.push(observation) })
    await client.request('POST', '/x', { body: { name: 'ö' } })
    await client.request('GET', '/x')
    expect(seen.map(({ requestBytes, responseBytes }) => [requestBytes, responseBytes])).toEqual([
      [Buffer.byteLength('{"name":"ö"}'), Buffer.byteLength('{"ä":1}')],
      [0, Buffer.byteLength('{"ä":1}')],
    ])
    expect(seen[0]).not.toHaveProperty('rateLimiterSeconds')
    expect(seen[0]).not.toHaveProperty('dnsSeconds')
    await client.close()
  })

  test('a watch is observed by its head, without a size', async () => {
    await using server = await scriptedServer((_request, response) => void response.writeHead(200).end())
    const seen: RequestObservation[] = []
    const client = at(server, {}, { observe: (observation) => seen.push(observation) })
    const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
    for await (const _event of pods.watch()) expect.fail('it was empty')
    expect(seen).toEqual([expect.objectContaining({ verb: 'watch', code: '200', attempt: 1 })])
    expect(seen[0]).not.toHaveProperty('responseBytes')
    await client.close()
  })
})

describe('trying again', () => {
  test('Retry-After is waited for, by the injected clock', async () => {
    let refusals = 2
    await using server = await scriptedServer((_request, response) =>
      refusals-- > 0 ? refuse(response, 429, 'TooManyRequests', { 'retry-after': '5' }) : json(response, { fine: true }),
    )
    const clock = virtualClock()
    const client = at(server, {}, { clock })
    const request = client.request('POST', '/x', { body: {} })
    while (server.received.length < 1) await delay(1)
    await delay(10)
    await clock.advance(4_999)
    await delay(10)
    expect(server.received).toHaveLength(1)
    await clock.advance(1)
    while (server.received.length < 2) await delay(1)
    await delay(10)
    await clock.advance(5_000)
    expect(await request).toEqual({ fine: true })
    await client.close()
  })

  test('an abort ends the wait', async () => {
    await using server = await scriptedServer((_request, response) => refuse(response, 429, 'TooManyRequests', { 'retry-after': '20' }))
    const client = at(server)
    const abort = new AbortController()
    const failure = failureOf(client.request('GET', '/x', { signal: abort.signal }))
    while (server.received.length === 0) await delay(1)
    await delay(20)
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await failure).toBe(reason)
    expect(server.received).toHaveLength(1)
    await client.close()
  })

  test('a POST whose connection broke on the way is never sent twice', async () => {
    await using server = await scriptedServer((_request, response) => void response.socket?.destroy())
    const client = at(server)
    expect(isConnectionError(await failureOf(client.request('POST', '/x', { body: {} })))).toBe(true)
    expect(server.received).toHaveLength(1)
    await client.close()
  })

  test('a GET whose connection broke is sent again', async () => {
    let breaks = 2
    await using server = await scriptedServer((_request, response) =>
      breaks-- > 0 ? void response.socket?.destroy() : json(response, { fine: true }),
    )
    const client = at(server)
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    expect(server.received).toHaveLength(3)
    await client.close()
  })

  test.each([
    ['429', 429, { 'retry-after': '1' }],
    ['503 with Retry-After', 503, { 'retry-after': '1' }],
    ['503 of a starting server', 503, {}],
  ])('with { retry: false } %s reaches the caller at once, with the wish of the server', async (_name, code, headers) => {
    await using server = await scriptedServer((_request, response) => refuse(response, code, 'Later', headers))
    const client = at(server)
    const error = await failureOf(client.request('GET', '/x', { retry: false }))
    expect(isApiError(error) && [error.code, error.retryAfterSeconds]).toEqual([code, 'retry-after' in headers ? 1 : undefined])
    expect(server.received).toHaveLength(1)
    await client.close()
  })

  test('with { retry: false } a broken or refused connection is told after one attempt', async () => {
    await using server = await scriptedServer((_request, response) => void response.socket?.destroy())
    const client = at(server)
    expect(isConnectionError(await failureOf(client.request('GET', '/x', { retry: false })))).toBe(true)
    expect(server.received).toHaveLength(1)
    await client.close()
    let attempts = 0
    const gone = connectTo({ server: 'http://127.0.0.1:1' }, { observe: () => attempts++ })
    expect(isConnectionRefused(await failureOf(gone.request('GET', '/x', { retry: false })))).toBe(true)
    expect(attempts).toBe(1)
    await gone.close()
  })

  test('a server that is not there: one clear sentence after a few tries', async () => {
    const client = connectTo({ server: 'http://127.0.0.1:1' }, { random: () => 0 })
    const error = await failureOf(client.request('GET', '/api'))
    expect(isConnectionRefused(error)).toBe(true)
    expect(messageOf(error)).toBe(
      'GET /api: no answer from http://127.0.0.1:1: connection refused: is the server running, and is the address right?',
    )
    await client.close()
  })
})

describe('limits', () => {
  test('an answer that does not come within the time is given up, and the connection with it', async () => {
    let hungUp = false
    await using server = await scriptedServer((_request, response) => {
      response.once('close', () => {
        hungUp = true
      })
    })
    const client = at(server)
    const error = await failureOf(client.request('GET', '/hangs', { timeout: 30 }))
    expect(isConnectionError(error) && error.code).toBe('ETIMEDOUT')
    expect(messageOf(error)).toContain('no complete answer within 0.03 s')
    while (!hungUp) await delay(1)
    await client.close()
  })

  test('an answer that stops in the middle is given up, too', async () => {
    await using server = await scriptedServer(
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":'),
    )
    const client = at(server)
    expect(messageOf(await failureOf(client.request('GET', '/x', { timeout: 30 })))).toContain('no complete answer')
    await client.close()
  })

  test('waiting for a free connection does not count as time of the request', async () => {
    await using server = await scriptedServer(async (_request, response) => {
      await delay(60)
      json(response, {})
    })
    const client = at(server, {}, { connections: 1, timeout: 200 })
    await Promise.all(Array.from({ length: 6 }, () => client.request('GET', '/x')))
    expect(server.received).toHaveLength(6)
    await client.close()
  })

  test('an abort is answered at once, also before the request was sent', async () => {
    await using server = await scriptedServer(() => {})
    const client = at(server, {}, { connections: 1 })
    const abort = new AbortController()
    const first = failureOf(client.request('GET', '/1', { signal: abort.signal }))
    const queued = failureOf(client.request('GET', '/2', { signal: abort.signal }))
    while (server.received.length === 0) await delay(1)
    const reason = new Error('stop')
    abort.abort(reason)
    expect(await first).toBe(reason)
    expect(await queued).toBe(reason)
    expect(await failureOf(client.request('GET', '/3', { signal: abort.signal }))).toBe(reason)
    expect(server.received).toHaveLength(1)
    await client.close()
  })

  test('requests leave no listener behind on a long-lived signal', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = at(server)
    const { signal } = new AbortController()
    for (let count = 0; count < 5; count++) await client.request('GET', '/x', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await client.close()
  })
})
