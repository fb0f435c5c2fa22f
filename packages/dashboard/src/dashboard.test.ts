import { gzipSync } from 'node:zlib'
import type { KubeObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDashboard } from './dashboard.ts'
import { type FakeInformer, fakeInformer, fakeSource, SECRET_TEXT } from './fake/source.ts'
import type { ObjectPage } from './model/object-page.ts'
import type { Frame, Snapshot } from './model/snapshot.ts'
import type { DashboardView } from './model/view.ts'
import type { SourceWatch } from './source.ts'

const website = (name: string, status: object = {}, metadata: KubeObject['metadata'] = {}) =>
  ({ apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name, namespace: 'shop', uid: name, ...metadata }, status }) as KubeObject
const WEBSITE = { kind: 'Website', group: 'example.dev', version: 'v1' }

function start(informers?: readonly FakeInformer[], views: readonly DashboardView[] = []) {
  const clock = virtualClock()
  const setTimer = vi.spyOn(clock, 'setTimer')
  const websites = fakeInformer('Website', 'example.dev')
  const source = fakeSource(clock, informers ?? [websites], views)
  const dashboard = createDashboard(source, 'run')
  const stop = new AbortController()
  const running = dashboard.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
  })
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    await dashboard.answer(new URL(path, 'http://local'), { method, headers, signal: stop.signal })
  const json = async <T>(path: string) => {
    const answer = await ask(path)
    if (!('body' in answer)) throw new Error(`${path} is a stream`)
    return { status: answer.status, value: JSON.parse(answer.body) as T }
  }
  const page = async (id: string) => (await json<ObjectPage>(`/api/object?id=${encodeURIComponent(id)}`)).value
  /** Pieces of the stream, one for each call. */
  const stream = async (headers?: Record<string, string>) => {
    const answer = await ask('/api/stream', headers)
    if (!('stream' in answer)) throw new Error('no stream')
    const pieces = answer.stream[Symbol.asyncIterator]()
    await pieces.next()
    const next = async (ms = 0): Promise<{ readonly event: string; readonly id: string; readonly data: never } | string> => {
      const piece = pieces.next()
      for (let waited = 0; waited <= ms; waited += 250) await clock.advance(250)
      const text = String((await piece).value)
      const [, event = '', id = '', data = ''] = /^event: (\w+)\nid: (\S+)\ndata: (.*)\n\n$/.exec(text) ?? []
      return event === '' ? text : { event, id, data: JSON.parse(data) as never }
    }
    return { next, leave: async () => void (await pieces.return?.(undefined)) }
  }
  return { clock, source, websites, ask, json, page, stream, started: clock.advance(0), wakes: () => setTimer.mock.calls.length }
}

const reconcile = (name: string, id: string, at: number) => {
  return { controller: 'website', kind: WEBSITE, request: { cluster: '', namespace: 'shop', name }, id, attempt: 1, at }
}

describe('a dashboard', () => {
  test('wakes up once in two seconds while nobody looks, and four times a second for a reader', async () => {
    const { clock, stream, wakes } = start()
    await clock.advance(20_000)
    expect(wakes()).toBeLessThanOrEqual(12)
    const { next } = await stream()
    await next()
    const before = wakes()
    await clock.advance(10_000)
    expect(wakes() - before).toBeGreaterThanOrEqual(40)
  })

  test('an object’s life: what was there is no news; what comes, changes, is decided and goes, is', async () => {
    const websites = fakeInformer('Website', 'example.dev')
    websites.put(website('old'))
    const { source, page, clock } = start([websites])
    websites.put(website('web'))
    const now = clock.now()
    source.tell({ what: 'began', ...reconcile('web', 'r1', now) })
    expect((await page('Website.example.dev/shop/web')).entries[0]).toMatchObject({ what: 'reconcile', result: 'running' })
    const write = {
      verb: 'patch',
      group: 'apps',
      kind: 'Deployment',
      plural: 'deployments',
      namespace: 'shop',
      name: 'web',
      dryRun: false,
      ms: 4,
    }
    source.tell({
      what: 'ended',
      ...reconcile('web', 'r1', now),
      ms: 9,
      outcome: { result: 'error', error: new Error('boom'), verdict: 'retry' },
      writes: [write],
    })
    websites.put(website('web', { conditions: [{ type: 'Ready', status: 'False', reason: 'Broken', message: 'it is' }] }))
    source.tell({
      what: 'recorded',
      at: now,
      cluster: '',
      event: {
        type: 'Warning',
        reason: 'Broke',
        note: 'n',
        reportingController: 'website',
        regarding: { ...WEBSITE, apiVersion: 'example.dev/v1', namespace: 'shop', name: 'web' },
      },
    })
    websites.remove('web', 'shop')
    const { entries, deleted, why } = await page('Website.example.dev/shop/web')
    expect(entries.map(({ what }) => what)).toEqual(['deleted', 'event', 'condition', 'reconcile', 'appeared'])
    expect(entries[3]).toMatchObject({
      ms: 9,
      result: 'error',
      error: { message: 'boom' },
      writes: [{ target: 'Deployment.apps shop/web', object: 'Deployment.apps/shop/web' }],
    })
    expect([deleted, why[0]?.text]).toEqual([true, 'It was deleted.'])
    expect((await page('Website.example.dev/shop/old')).entries).toEqual([])
  })

  test('owners and children are found by their references, whatever order they come in', async () => {
    const pods = fakeInformer('Pod')
    const websites = fakeInformer('Website', 'example.dev')
    const { page, clock } = start([pods, websites])
    const ownerReferences = [{ apiVersion: 'example.dev/v1', kind: 'Website', name: 'web', uid: 'web', controller: true }]
    pods.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'p', ownerReferences } })
    websites.put(website('web'))
    await clock.advance(2_000)
    expect((await page('Website.example.dev/shop/web')).children).toMatchObject([{ id: 'Pod/shop/p', known: true }])
    expect((await page('Pod/shop/p')).owners).toMatchObject([{ id: 'Website.example.dev/shop/web', known: true }])
    pods.remove('p', 'shop')
    expect((await page('Website.example.dev/shop/web')).children).toEqual([])
  })

  test('an owner that nobody watches is named, and leads nowhere', async () => {
    const { websites, page, clock } = start()
    websites.put(website('web', {}, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Fleet', name: 'f', uid: 'f' }] }))
    await clock.advance(2_000)
    expect((await page('Website.example.dev/shop/web')).owners).toMatchObject([{ kind: 'Fleet.apps', name: 'f', known: false }])
  })

  test('the stream: a snapshot, then what changes', async () => {
    const { websites, stream, clock } = start()
    websites.put(website('a'))
    await clock.advance(2_000)
    const reader = await stream()
    const first = await reader.next()
    expect(first).toMatchObject({
      event: 'snapshot',
      data: { rows: [{ id: 'Website.example.dev/shop/a' }], overview: { program: 'test' } },
    })
    websites.put(website('b'))
    const second = (await reader.next(500)) as unknown as { readonly event: string; readonly data: Frame }
    expect(second).toMatchObject({ event: 'frame', data: { rows: [{ name: 'b' }], touched: ['Website.example.dev/shop/b'] } })
    await reader.leave()
  })

  test('who was cut off goes on where it was; who comes from another run of the program begins anew', async () => {
    const { websites, stream, clock } = start()
    await clock.advance(2_000)
    const reader = await stream()
    const { id } = (await reader.next()) as { readonly id: string }
    await reader.leave()
    websites.put(website('missed'))
    await clock.advance(500)
    const again = await stream({ 'last-event-id': id })
    expect(await again.next()).toMatchObject({ event: 'frame', data: { rows: [{ name: 'missed' }] } })
    await again.leave()
    const stranger = await stream({ 'last-event-id': id.replace('run', 'other') })
    expect(await stranger.next()).toMatchObject({ event: 'snapshot' })
    await stranger.leave()
  })

  test('an informer that ends takes its rows along, and one that comes later is taken up', async () => {
    const { source, websites, json, clock } = start()
    websites.put(website('a'))
    await clock.advance(2_000)
    const rows = async () => (await json<Snapshot>('/api/snapshot')).value.rows.map(({ name }) => name)
    expect(await rows()).toEqual(['a'])
    const later = fakeInformer('Pod')
    later.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' } })
    source.shown.watches = [{ kind: 'Pod', cluster: '', metadataOnly: false, users: 1, informer: later }]
    await clock.advance(2_000)
    expect(await rows()).toEqual(['p'])
    expect(websites.listeners).toBe(0)
  })

  test.each(['before', 'after'])(
    'two informers that show one object are one row, by the one that shows all of it and came %s the other',
    async (when) => {
      const [whole, part] = [fakeInformer('Pod'), fakeInformer('Pod')]
      const { source, json, clock } = start([])
      const watchOf = (informer: FakeInformer): SourceWatch => ({
        kind: 'Pod',
        cluster: '',
        metadataOnly: informer === part,
        users: 1,
        informer,
      })
      source.shown.watches = [watchOf(when === 'before' ? whole : part)]
      await clock.advance(2_000)
      source.shown.watches = [watchOf(part), watchOf(whole)]
      const pod = (phase: string) =>
        ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, status: { phase } }) as KubeObject
      part.put(pod(''))
      whole.put(pod('Running'))
      await clock.advance(2_000)
      part.remove('p', 'shop')
      expect((await json<Snapshot>('/api/snapshot')).value.rows).toMatchObject([{ reason: 'Running' }])
    },
  )

  test('nothing that is served holds a secret', async () => {
    const view: DashboardView = {
      name: 'leaky',
      title: 'Leaky',
      blocks: () => [{ is: 'table', title: 't', columns: ['c'], empty: '', rows: [{ cells: [SECRET_TEXT, { text: SECRET_TEXT }] }] }],
    }
    const secrets = fakeInformer('Secret')
    const { source, ask, stream, clock } = start([secrets], [view])
    const secret = (value: string) =>
      ({
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, data: { password: value } },
        status: { conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: `refused ${value}` }] },
      }) as KubeObject
    await clock.advance(2_000)
    const reader = await stream()
    const heard = [JSON.stringify(await reader.next())]
    secrets.put(secret(SECRET_TEXT))
    secrets.put(secret(`${SECRET_TEXT}2`))
    const about = { ...reconcile('s', 'r', 0), kind: { kind: 'Secret', group: '', version: 'v1' } }
    source.tell({
      what: 'ended',
      ...about,
      ms: 1,
      outcome: { result: 'error', error: new Error(`bad ${SECRET_TEXT}`), verdict: 'retry' },
      writes: [],
    })
    source.tell({
      ...{ what: 'recorded', at: 0, cluster: '' },
      event: {
        type: 'Warning',
        reason: 'R',
        note: SECRET_TEXT,
        reportingController: 'c',
        regarding: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 's' },
      },
    })
    heard.push(JSON.stringify(await reader.next(500)))
    for (const path of ['/api/snapshot', '/api/object?id=Secret/shop/s', '/api/views/leaky']) heard.push(JSON.stringify(await ask(path)))
    await reader.leave()
    expect(heard.filter((text) => text.includes('[redacted]'))).toHaveLength(4)
    expect(heard.join('\n')).not.toContain(SECRET_TEXT)
  })

  test.each(['/', '/page.js', '/page.css', '/icon.svg', '/api/snapshot', '/nowhere'])(
    '%s: nothing from elsewhere, in no frame',
    async (path) => {
      const { ask } = start()
      const { headers } = await ask(path)
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
    },
  )

  test.each([
    ['/nowhere', /here are/],
    ['/api/object?id=Pod/a/b', /nothing is known of "Pod\/a\/b"/],
    ['/api/object', /nothing is known of ""/],
    ['/api/views/none', /there is no view "none"/],
  ])('%s is not there, and says so', async (path, said) => {
    const { json } = start()
    const { status, value } = await json<{ readonly message: string }>(path)
    expect([status, value.message]).toEqual([404, expect.stringMatching(said)])
  })

  test('more pages than there are connections for are turned away', async () => {
    const { stream, json, clock } = start()
    await clock.advance(0)
    const readers = await Promise.all(Array.from({ length: 32 }, () => stream()))
    expect(await json('/api/stream')).toMatchObject({ status: 503 })
    await Promise.all(readers.map((reader) => reader.leave()))
    await (await stream()).leave()
  })
})

test('the page is small, and asks for nothing from elsewhere', async () => {
  const { PAGE } = await import('./generated/page.ts')
  const texts = Object.values(PAGE)
  const size = texts.reduce((sum, text) => sum + gzipSync(text).length, 0)
  expect(size).toBeLessThan(100_000)
  const addresses = texts.flatMap((text) => text.match(/\bhttps?:\/\/[\w.]+/g) ?? [])
  // Names of XML, which nobody asks for.
  expect(addresses.filter((address) => address !== 'http://www.w3.org')).toEqual([])
})
