import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { ConfigurationError } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { type Program, type ProgramOptions, startProgram, Website, website } from '../fake/program.ts'
import { silentLogger } from '../log/logger.ts'
import { createManager } from '../manager/manager.ts'

const programs: Program[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const program of programs.splice(0)) await program.stop()
})

const CRD = {
  metadata: { name: 'websites.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { kind: 'Website', plural: 'websites' },
    versions: [{ name: 'v1', served: true, storage: true }],
  },
}

async function start(options: Partial<ProgramOptions> = {}): Promise<Program> {
  const websites = controller<Website>(Website, {
    reconcile({ object, recorder }) {
      recorder.event(object, { reason: 'Seen', note: `image ${object.spec.image}` })
    },
  })
  const program = await startProgram([websites], {
    clock: virtualClock(),
    metricsBindAddress: '127.0.0.1:0',
    inspection: { kinds: [{ group: 'example.dev', plural: 'websites', crd: () => CRD }] },
    ...options,
  })
  programs.push(program)
  return program
}

async function get(program: Program, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://${program.manager.addresses().metrics}${path}`, { headers })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) as Record<string, unknown> }
}

interface Stream {
  /** What came, each event's data and id. */
  readonly events: { readonly id: string | undefined; readonly data: Record<string, unknown> | undefined }[]
  brief(): readonly string[]
  /** Whether the server has ended it. */
  ended(): boolean
  close(): void
}

/** A reader of server-sent events, as the standard has them. */
async function open(program: Program, query: string, headers: Record<string, string> = {}): Promise<Stream> {
  const leave = new AbortController()
  const response = await fetch(`http://${program.manager.addresses().metrics}/watch?${query}`, { headers, signal: leave.signal })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const events: Stream['events'] = []
  const read = async () => {
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
        const data = field('data')
        events.push({ id: field('id'), data: data === undefined ? undefined : (JSON.parse(data) as Record<string, unknown>) })
      }
    }
  }
  let ended = false
  const reading = read().then(
    () => {
      ended = true
    },
    () => 'left',
  )
  return {
    events,
    ended: () => ended,
    brief: () =>
      events.flatMap(({ data }) => {
        if (data === undefined) return []
        const { metadata } = (data['object'] ?? {}) as { metadata?: { name: string } }
        return [metadata === undefined ? String(data['type']) : `${String(data['type'])} ${metadata.name}`]
      }),
    close() {
      leave.abort()
      return void reading
    },
  }
}

const arrives = async (check: () => void) => {
  for (let tries = 0; ; tries++) {
    await settle()
    try {
      return check()
    } catch (error) {
      if (tries > 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

describe('a program shows', () => {
  test('where to look', async () => {
    const program = await start()
    const { endpoints } = (await get(program, '/')).json() as { endpoints: Record<string, string> }
    for (const path of Object.keys(endpoints).filter((path) => path !== '/watch')) expect((await get(program, path)).status).toBe(200)
    expect((await get(program, '/nothing')).text).toBe('here is /metrics; / tells of more\n')
  })

  test('who leads', async () => {
    const program = await start()
    const { identity } = program.manager.overview()
    expect((await get(program, '/leader')).json()).toEqual({ identity, leads: true, leader: identity })
  })

  test('its kinds, and each whole definition', async () => {
    const program = await start()
    const versions = [{ name: 'v1', served: true, storage: true, deprecated: false }]
    expect((await get(program, '/crds')).json()).toEqual({
      items: [
        {
          name: 'websites.example.dev',
          group: 'example.dev',
          kind: 'Website',
          plural: 'websites',
          shortNames: [],
          scope: 'Namespaced',
          versions,
        },
      ],
    })
    expect((await get(program, '/crds/websites.example.dev')).json()).toEqual(CRD)
    expect((await get(program, '/crds/pods')).status).toBe(404)
  })

  test('what it watches', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    expect((await get(program, '/kinds')).json()).toMatchObject({
      items: [{ name: '', watches: [{ kind: 'Website.example.dev/v1', synced: true, objects: 1 }] }],
    })
  })

  test('the events that it recorded, and how many', async () => {
    const program = await start()
    program.server.put(Website, website('a'))
    program.server.put(Website, website('b'))
    await settle()
    expect((await get(program, '/events?name=a&since=1h')).json()).toMatchObject({
      items: [{ reason: 'Seen', type: 'Normal', note: 'image nginx', count: 1, regarding: { kind: 'Website', name: 'a' } }],
    })
    expect((await get(program, '/events?statistics')).json()).toMatchObject({ total: 2, lastHour: 2, byReason: { Seen: 2 } })
  })

  test.each([
    ['/events?limit=0', 'limit "0" is no number'],
    ['/events?since=yesterday', 'since: '],
    ['/events?sinse=1h', '"sinse" is no parameter here; there are namespace'],
    ['/watch?resource=websites.example.dev&labelSelector=a%20b', 'labelSelector: '],
    ['/watch?resource=websites.example.dev&watch=1', '"watch" is no parameter here'],
  ])('what is wrong with %s', async (path, problem) => {
    const answer = await get(await start(), path)
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(problem)])
  })

  test('nothing of it unless it is asked to', async () => {
    const program = await start({ inspection: false })
    for (const path of ['/', '/leader', '/events', '/watch?resource=websites.example.dev'])
      expect((await get(program, path)).status).toBe(404)
  })
})

describe('it is for those who may see it', () => {
  test.each([
    ['metrics off', '0', 'inspection is served beside the metrics, which are off'],
    ['open to all', ':8080', 'everybody can reach ":8080": give --metrics-secure'],
    ['open to all', '10.0.0.1:8080', 'give --metrics-secure'],
  ])('%s is refused', (_, metricsBindAddress, problem) => {
    const options = { client: undefined as never, log: silentLogger, metricsBindAddress, inspection: true }
    expect(() => createManager(options)).toThrow(ConfigurationError)
    expect(() => createManager(options)).toThrow(problem)
  })

  test('13: a web page that has its own name lead to this machine learns nothing', async () => {
    const program = await start()
    const socket = connect(Number(program.manager.addresses().metrics!.split(':')[1]), '127.0.0.1')
    sockets.push(socket)
    socket.end('GET /events HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n')
    expect(Buffer.concat((await socket.toArray()) as Buffer[]).toString()).toMatch(/^HTTP\/1.1 421/)
  })
})

describe('a watch', () => {
  const WEBSITES = 'resource=websites.example.dev'

  test('tells what is there and what happens, without managed fields', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    const stream = await open(program, WEBSITES)
    await arrives(() => expect(stream.brief()).toEqual(['ADDED a', 'SYNCED']))
    program.server.put(Website, website('b'))
    program.server.put(Website, website('a', 'caddy'))
    await arrives(() => expect(stream.brief().slice(2).sort()).toEqual(['ADDED b', 'MODIFIED a']))
    program.server.remove(Website, 'shop/a')
    await arrives(() => expect(stream.brief().at(-1)).toBe('DELETED a'))
    stream.close()
  })

  test('13: is resumed by the last id, missing nothing and repeating nothing', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    const first = await open(program, WEBSITES)
    await arrives(() => expect(first.brief()).toContain('SYNCED'))
    const { id } = first.events.findLast((event) => event.id !== undefined)!
    first.close()
    program.server.put(Website, website('b'))
    await settle()
    const second = await open(program, WEBSITES, { 'last-event-id': id! })
    await arrives(() => expect(second.brief()).toEqual(['ADDED b', 'SYNCED']))
    second.close()
  })

  test('13: resumed with the id of another replica says so, and tells the present', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    const stream = await open(program, WEBSITES, { 'last-event-id': 'feedbeef-12' })
    await arrives(() => expect(stream.brief()).toEqual(['RESET', 'ADDED a', 'SYNCED']))
    stream.close()
  })

  test('13: gives a sign of life every 15 s, with the place to resume from', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    const stream = await open(program, `${WEBSITES}&namespace=elsewhere`)
    await arrives(() => expect(stream.brief()).toEqual(['SYNCED']))
    const before = stream.events.length
    await program.clock.advance(15_000)
    await arrives(() => expect(stream.events.slice(before)).toEqual([{ id: expect.stringMatching(/^\w{8}-1$/), data: undefined }]))
    stream.close()
  })

  test('of what nobody watches names what can be watched', async () => {
    const answer = await get(await start(), '/watch?resource=pods')
    expect(answer).toMatchObject({ status: 404, text: '"pods" is not watched here: resource is one of websites.example.dev\n' })
  })

  test('of a namespace that is not watched is an error, and no stream without objects', async () => {
    const program = await start({ namespaces: ['shop'] })
    await settle()
    expect(await get(program, `/watch?${WEBSITES}&namespace=elsewhere`)).toMatchObject({
      status: 404,
      text: '"websites.example.dev" is not watched here in namespace "elsewhere"\n',
    })
    const stream = await open(program, `${WEBSITES}&namespace=shop`)
    await arrives(() => expect(stream.brief()).toEqual(['SYNCED']))
    stream.close()
  })

  test('13: ends after some minutes, so that whoever may not watch any more is found out, and is resumed without a gap', async () => {
    const program = await start({ prepare: (server) => void server.put(Website, website('a')) })
    await settle()
    const first = await open(program, WEBSITES)
    await arrives(() => expect(first.brief()).toEqual(['ADDED a', 'SYNCED']))
    await program.clock.advance(269_000)
    await settle()
    expect(first.ended()).toBe(false)
    await program.clock.advance(2_000)
    await arrives(() => expect(first.ended()).toBe(true))
    program.server.put(Website, website('b'))
    await settle()
    const second = await open(program, WEBSITES, { 'last-event-id': first.events.at(-1)!.id! })
    await arrives(() => expect(second.brief()).toEqual(['ADDED b', 'SYNCED']))
    second.close()
  })

  test('13: has so many readers and no more, so that scrapes still get their connections', async () => {
    const program = await start()
    const streams = await Promise.all(Array.from({ length: 16 }, () => open(program, WEBSITES)))
    expect((await get(program, `/watch?${WEBSITES}`)).status).toBe(503)
    expect((await get(program, '/metrics')).status).toBe(200)
    streams[0]!.close()
    let status = 503
    for (let tries = 0; status === 503 && tries < 50; tries++) {
      await settle()
      const leave = new AbortController()
      status = (await fetch(`http://${program.manager.addresses().metrics}/watch?${WEBSITES}`, { signal: leave.signal })).status
      leave.abort()
    }
    expect(status).toBe(200)
    for (const stream of streams) stream.close()
  })

  test('ends with the program, which does not wait for its readers', async () => {
    const program = await start()
    const stream = await open(program, WEBSITES)
    await program.stop()
    expect(program.outcome).toEqual({ ended: true, error: undefined })
    expect(program.clock.pending).toBe(0)
    stream.close()
  })

  test('13: a reader that takes nothing holds no memory, is told the last state when it reads again, and is dropped after a minute', async () => {
    const image = 'x'.repeat(64 * 1024)
    const program = await start()
    const socket = connect({ port: Number(program.manager.addresses().metrics!.split(':')[1]), host: '127.0.0.1' })
    sockets.push(socket)
    socket.pause()
    await once(socket, 'connect')
    socket.write(`GET /watch?${WEBSITES} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    for (let state = 0; state < 300; state++) {
      program.server.put(Website, website('a', `${state}-${image}`))
      await settle()
    }
    // The kernel's buffers took some; 300 states would be 19 MB, and none of those that were passed over is kept.
    await program.clock.advance(59_000)
    const seen: string[] = []
    socket.on('data', (chunk: Buffer) => {
      for (const match of chunk.toString().matchAll(/"image":"(\d+)-x/g)) seen.push(match[1]!)
    })
    socket.resume()
    await arrives(() => expect(seen.at(-1)).toBe('299'))
    expect(seen.length).toBeLessThan(250)

    socket.pause()
    for (let state = 300; state < 700; state++) {
      program.server.put(Website, website('a', `${state}-${image}`))
      await settle()
    }
    await program.clock.advance(60_000)
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.resume()
    await closed
  })
})
