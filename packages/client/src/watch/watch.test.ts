import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isApiError, isConnectionError, isGone, messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import type { ClientOptions } from '../connection.ts'
import type { WatchEvent } from '../contract.ts'
import { ConfigMap } from '../kinds/index.ts'
import { type Received, refuse, type ScriptedServer, scriptedServer } from '../test-server/scripted-server.ts'

const frame = (type: string, name: string, resourceVersion: string) =>
  `${JSON.stringify({ type, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, resourceVersion, managedFields: [{}] }, data: {} } })}\n`
const open = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()

async function watching(answer: (request: Received, response: ServerResponse) => void | Promise<void>, options: ClientOptions = {}) {
  const server = await scriptedServer(answer)
  const client = connectTo({ server: server.url }, { random: () => 0, ...options })
  const resource = await client.resource(ConfigMap)
  return {
    server,
    resource,
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

function brief(event: WatchEvent<ConfigMap>): string {
  return event.type === 'ERROR'
    ? `ERROR ${event.status.code}`
    : `${event.type} ${event.object.metadata.name ?? ''}@${event.object.metadata.resourceVersion}`
}

/** Reads to the end, or to what breaks it. */
async function collect(events: AsyncIterable<WatchEvent<ConfigMap>>): Promise<{ seen: string[]; error: unknown }> {
  const seen: string[] = []
  try {
    for await (const event of events) seen.push(brief(event))
    return { seen, error: undefined }
  } catch (error) {
    return { seen, error }
  }
}

const until = async (condition: () => boolean) => {
  while (!condition()) await delay(1)
}
const closed = (server: ScriptedServer) => until(() => server.open === 0)

describe('a watch', () => {
  test('yields what the server sends and ends when the server ends it', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.write(frame('ADDED', 'a', '1'))
      response.write(frame('MODIFIED', 'a', '2'))
      response.end(frame('DELETED', 'a', '3'))
    })
    expect(await collect(watch.resource.watch())).toEqual({ seen: ['ADDED a@1', 'MODIFIED a@2', 'DELETED a@3'], error: undefined })
  })

  test('C1, C6: asks for what its options say', async () => {
    await using watch = await watching((_request, response) => void response.writeHead(200).end())
    await collect(
      watch.resource.watch({
        namespace: 'x',
        labelSelector: 'a in (b,c)',
        resourceVersion: '7',
        allowWatchBookmarks: true,
        timeoutSeconds: 300,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
      }),
    )
    const [request] = watch.server.received
    expect(request?.path).toBe('/api/v1/namespaces/x/configmaps')
    expect(Object.fromEntries(request!.query)).toEqual({
      watch: 'true',
      labelSelector: 'a in (b,c)',
      resourceVersion: '7',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    })
  })

  test('P6, C8: bookmarks and errors come as what they are, whatever their code', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.write(frame('BOOKMARK', '', '9'))
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, reason: 'InternalError' } })}\n`)
    })
    expect((await collect(watch.resource.watch())).seen).toEqual(['BOOKMARK @9', 'ERROR 500'])
  })

  test('managedFields are cut, unless asked for', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(frame('ADDED', 'a', '1'))
    })
    for (const managedFields of [false, true]) {
      for await (const event of watch.resource.watch({ managedFields })) {
        expect(event.type === 'ADDED' && 'managedFields' in event.object.metadata).toBe(managedFields)
      }
    }
  })

  test('the server is asked to leave managedFields out, unless they are asked for', async () => {
    await using watch = await watching((_request, response) => void response.writeHead(200).end())
    for (const managedFields of [false, true]) await collect(watch.resource.watch({ managedFields }))
    expect(watch.server.received.map(({ headers }) => headers.accept)).toEqual([
      'application/json;drop=metadata.managedFields,application/json',
      'application/json',
    ])
  })

  test('bytes is what was parsed of a frame', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(frame('ADDED', 'a', '1'))
    })
    const bytes = async (managedFields: boolean) => {
      for await (const event of watch.resource.watch({ managedFields })) return event.type === 'ADDED' ? event.bytes : undefined
      return undefined
    }
    const whole = frame('ADDED', 'a', '1').trimEnd()
    expect(await bytes(true)).toBe(whole.length)
    expect(await bytes(false)).toBe(whole.length - ',"managedFields":[{}]'.length)
  })

  test('the end of the initial events comes as the bookmark that it is, on a stream that goes on', async () => {
    const bookmark = { kind: 'ConfigMap', metadata: { resourceVersion: '5', annotations: { 'k8s.io/initial-events-end': 'true' } } }
    await using watch = await watching((_request, response) => {
      open(response)
      response.write(`${frame('ADDED', 'a', '1')}${JSON.stringify({ type: 'BOOKMARK', object: bookmark })}\n`)
      response.end(frame('MODIFIED', 'a', '6'))
    })
    const seen: WatchEvent<ConfigMap>[] = []
    for await (const event of watch.resource.watch({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' })) seen.push(event)
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'MODIFIED'])
    expect(seen[1]).toEqual({ type: 'BOOKMARK', object: bookmark })
  })

  test('onBytes hears every chunk, before its events', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(frame('ADDED', 'a', '1'))
    })
    let bytes = 0
    for await (const _ of watch.resource.watch({ onBytes: (count) => (bytes += count) }))
      expect(bytes).toBe(frame('ADDED', 'a', '1').length)
    expect(bytes).toBeGreaterThan(0)
  })
})

describe('C2, C3: silence', () => {
  // Seen after an outage: a watch that had nothing to say for a minute was taken to be still without a server.
  test('is not absence: onBytes hears 0 as soon as the server has accepted the watch', async () => {
    await using watch = await watching((_request, response) => void open(response))
    const heard: number[] = []
    const events = watch.resource.watch({ onBytes: (count) => heard.push(count) })[Symbol.asyncIterator]()
    const first = events.next()
    await until(() => heard.length > 0)
    expect(heard).toEqual([0])
    await events.return?.()
    expect((await first).done).toBe(true)
  })

  test('a watch that is refused is not heard at all', async () => {
    await using watch = await watching((_request, response) => refuse(response, 503, 'ServiceUnavailable'))
    const heard: number[] = []
    await collect(watch.resource.watch({ onBytes: (count) => heard.push(count) }))
    expect(heard).toEqual([])
  })

  test('is no reason to end: a quiet watch outlives the time limit of requests', async () => {
    await using watch = await watching(
      async (_request, response) => {
        open(response)
        await delay(150)
        response.end(frame('ADDED', 'late', '1'))
      },
      { timeout: 40 },
    )
    expect(await collect(watch.resource.watch())).toEqual({ seen: ['ADDED late@1'], error: undefined })
    expect(watch.server.received).toHaveLength(1)
  })

  test('before the first byte of the answer it is', async () => {
    await using watch = await watching(() => {}, { timeout: 40 })
    const { error } = await collect(watch.resource.watch())
    expect(isConnectionError(error) && error.code).toBe('ETIMEDOUT')
  })
})

describe('C4: what goes wrong is told and not repeated behind the back of the reader', () => {
  test.each([
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [403, 'Forbidden'],
  ])('HTTP %i at the start', async (code, reason) => {
    await using watch = await watching((_request, response) => refuse(response, code, reason, { 'retry-after': '3' }))
    const { error } = await collect(watch.resource.watch())
    expect(isApiError(error) && [error.code, error.reason, error.retryAfterSeconds]).toEqual([code, reason, 3])
    expect(watch.server.received).toHaveLength(1)
  })

  test('410 at the start is a Gone', async () => {
    await using watch = await watching((_request, response) => refuse(response, 410, 'Expired'))
    expect(isGone((await collect(watch.resource.watch({ resourceVersion: '1' }))).error)).toBe(true)
  })

  test('a reset in the middle comes after the events before it', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.write(frame('ADDED', 'a', '1'), () => setTimeout(() => response.socket?.destroy(), 5))
    })
    const { seen, error } = await collect(watch.resource.watch())
    expect(seen).toEqual(['ADDED a@1'])
    expect(isConnectionError(error)).toBe(true)
    expect(messageOf(error)).toContain('GET /api/v1/configmaps: the watch broke')
  })

  test('a refused connection', async () => {
    const client = connectTo({ server: 'http://127.0.0.1:1' })
    const resource = await client.resource(ConfigMap)
    const { error } = await collect(resource.watch())
    expect(isConnectionError(error) && error.code).toBe('ECONNREFUSED')
    await client.close()
  })

  test('each iteration is a watch of its own, so the reader can simply iterate again', async () => {
    let refusals = 1
    await using watch = await watching((_request, response) => {
      if (refusals-- > 0) return refuse(response, 500, 'InternalError')
      open(response)
      response.end(frame('ADDED', 'a', '1'))
    })
    const events = watch.resource.watch()
    expect(isApiError((await collect(events)).error)).toBe(true)
    expect((await collect(events)).seen).toEqual(['ADDED a@1'])
  })
})

describe('C7: a malformed frame breaks the stream, and nothing after it is delivered', () => {
  const secret = '{"type":"ADDED","object":{"kind":"Secret","data":{"password":"aHVudGVyMg=="'
  test.each([
    ['no JSON', secret],
    ['no object', '{"type":"ADDED"}'],
    ['an object that is none', '{"type":"ADDED","object":"x"}'],
    ['an unknown type', '{"type":"GREETED","object":{}}'],
    ['null', 'null'],
  ])('%s', async (_name, line) => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(`${frame('ADDED', 'before', '1')}${line}\n${frame('ADDED', 'after', '3')}`)
    })
    const { seen, error } = await collect(watch.resource.watch())
    expect(seen).toEqual(['ADDED before@1'])
    expect(isConnectionError(error) && error.code).toBe('MALFORMED_FRAME')
    expect(`${messageOf(error)} ${String((error as Error).cause)}`).not.toContain('aHVudGVyMg')
  })

  test('a stream that ends inside a frame', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(frame('ADDED', 'a', '1') + frame('ADDED', 'b', '2').slice(0, 40))
    })
    const { seen, error } = await collect(watch.resource.watch())
    expect(seen).toEqual(['ADDED a@1'])
    expect(isConnectionError(error)).toBe(true)
  })

  test('but a last frame that lacks only its newline counts', async () => {
    await using watch = await watching((_request, response) => {
      open(response)
      response.end(frame('ADDED', 'a', '1').trimEnd())
    })
    expect(await collect(watch.resource.watch())).toEqual({ seen: ['ADDED a@1'], error: undefined })
  })
})

describe('C5: one owner, and a visible end', () => {
  const endless = (_request: Received, response: ServerResponse) => {
    open(response)
    response.write(frame('ADDED', 'a', '1'))
  }

  test('leaving the loop closes the socket', async () => {
    await using watch = await watching(endless)
    for await (const _ of watch.resource.watch()) break
    await closed(watch.server)
  })

  test('leaving while a next waits lets it go, and closes the socket', async () => {
    await using watch = await watching(endless)
    const events = watch.resource.watch()[Symbol.asyncIterator]()
    await events.next()
    const waiting = events.next()
    await events.return?.()
    expect((await waiting).done).toBe(true)
    await closed(watch.server)
  })

  test('an abort throws its reason and closes the socket', async () => {
    await using watch = await watching(endless)
    const abort = new AbortController()
    const reason = new Error('stop')
    const seen: string[] = []
    const work = (async () => {
      for await (const event of watch.resource.watch({ signal: abort.signal })) seen.push(brief(event))
    })()
    await until(() => seen.length === 1)
    abort.abort(reason)
    await expect(work).rejects.toBe(reason)
    await closed(watch.server)
  })

  test('an abort before the answer, and one before the start', async () => {
    await using watch = await watching(() => {})
    const abort = new AbortController()
    const waiting = collect(watch.resource.watch({ signal: abort.signal }))
    await until(() => watch.server.received.length === 1)
    abort.abort(new Error('stop'))
    expect(messageOf((await waiting).error)).toBe('stop')
    expect(messageOf((await collect(watch.resource.watch({ signal: abort.signal }))).error)).toBe('stop')
    expect(watch.server.received).toHaveLength(1)
    await closed(watch.server)
  })
})

test('P5: a slow reader is not run over: the socket waits, and the order stays', async () => {
  const total = 2_000
  const filler = 'x'.repeat(4_000)
  let written = 0
  await using watch = await watching(async (_request, response) => {
    open(response)
    for (; written < total; written++) {
      const more = response.write(
        `${JSON.stringify({ type: 'MODIFIED', object: { metadata: { name: 'a', resourceVersion: `${written}` }, data: { filler } } })}\n`,
      )
      if (!more) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end()
  })
  const versions: number[] = []
  for await (const event of watch.resource.watch()) {
    if (versions.length === 0) {
      await delay(100)
      // 8 MB were to come; what the reader has not asked for stays with the server, but for the buffers in between.
      expect(written).toBeLessThan(total)
    }
    if (event.type === 'MODIFIED') versions.push(Number(event.object.metadata.resourceVersion))
  }
  expect(versions).toEqual(Array.from({ length: total }, (_, index) => index))
})

test('C19: fifty watches are fifty connections, and requests do not wait for them', async () => {
  await using watch = await watching((request, response) => {
    if (request.query.get('watch')) return endless(response)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"metadata":{}}')
  })
  const endless = (response: ServerResponse) => {
    open(response)
    response.write(frame('ADDED', 'a', '1'))
  }
  const watches = Array.from({ length: 50 }, () => watch.resource.watch()[Symbol.asyncIterator]())
  await Promise.all(watches.map((events) => events.next()))
  expect(watch.server.connections).toBe(50)
  expect((await watch.resource.list()).items).toEqual([])
  await Promise.all(watches.map((events) => events.return?.()))
  await until(() => watch.server.open === 1)
})

test('a metadata-only watch asks the server to reduce, and gives the objects their own kind', async () => {
  await using watch = await watching((_request, response) => {
    open(response)
    response.end(
      `${JSON.stringify({ type: 'ADDED', object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } } })}\n`,
    )
  })
  for await (const event of watch.resource.metadataOnly().watch()) {
    expect(event).toMatchObject({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } })
  }
  expect(watch.server.received[0]?.headers.accept).toBe(
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1;drop=metadata.managedFields,application/json',
  )
})
