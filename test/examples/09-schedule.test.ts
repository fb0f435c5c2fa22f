import { consistently, eventually } from '@kubewright/testing'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Mirror, nextTime } from '../../examples/09-schedule/mirror.ts'
import { type Site, startSite } from '../../examples/09-schedule/site.ts'
import { testReadme, useExample } from './example.ts'
import { freePort } from './free-port.ts'

const example = useExample('09-schedule', [Mirror])

testReadme('09-schedule', example)

const HOUR = 3_600_000

test.each([
  ['2026-03-01T11:59:59.999Z', HOUR, '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00.000Z', HOUR, '2026-03-01T13:00:00.000Z'],
  ['2026-03-01T12:00:00.000Z', 24 * HOUR, '2026-03-02T00:00:00.000Z'],
  ['2028-02-28T23:00:00.000Z', 24 * HOUR, '2028-02-29T00:00:00.000Z'],
])('after %s, every %d ms, it is time at %s', (now, every, then) => {
  expect(new Date(nextTime(Date.parse(now), every)).toISOString()).toBe(then)
})

describe('a mirror', () => {
  let site: Site
  beforeEach(async () => {
    site = await startSite()
    onTestFinished(() => site[Symbol.asyncDispose]())
  })

  async function started(every: string) {
    const port = await freePort()
    const program = await example.start('mirror.ts', { env: { PUSH_PORT: String(port) } })
    const at = { namespace: await example.namespace(), name: 'news' }
    const mirrors = await example.client.resource(Mirror)
    await mirrors.create(Mirror.of({ metadata: at, spec: { url: site.url, every } }))
    const maps = await example.configMaps()
    const content = async () => (await maps.get(at)).data?.['content']
    await eventually(async () => expect(await content()).toBe('good morning'))
    return {
      ...{ program, mirrors, at, content },
      push: (path: string) => fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST' }),
      annotate: (annotations: object) => mirrors.patch(at, { type: 'merge', body: { metadata: { annotations } } }),
    }
  }

  test('looks when it is time, without being told', async () => {
    const { program, mirrors, at, content } = await started('1s')
    site.text = 'good evening'
    await eventually(async () => expect(await content()).toBe('good evening'))
    // A status that says the same is not written again.
    const before = (await mirrors.get(at)).metadata.resourceVersion
    const { visits } = site
    await eventually(() => expect(site.visits).toBeGreaterThan(visits + 1))
    expect((await mirrors.get(at)).metadata.resourceVersion).toBe(before)
    await program.stop()
  })

  test('looks when it is told, long before it is time; what is no mirror is no trouble', async () => {
    const { program, at, content, push } = await started('24h')
    site.text = 'good evening'
    expect((await push(`${at.namespace}/nothing`)).status).toBe(202)
    expect((await push('')).status).toBe(404)
    expect((await push(`${at.namespace}/news`)).status).toBe(202)
    await eventually(async () => expect(await content()).toBe('good evening'))
    await program.stop()
  })

  test('that is paused does not look, whoever tells it; afterwards it does, and an order is one', async () => {
    const { program, at, content, push, annotate } = await started('1s')
    await annotate({ 'kubewright.dev/paused': 'true' })
    await program.says(/paused: not reconciled/)
    const { visits } = site
    site.text = 'good evening'
    await push(`${at.namespace}/news`)
    await consistently(() => expect(site.visits).toBe(visits), 1_500)
    await annotate({ 'kubewright.dev/paused': null })
    await eventually(async () => expect(await content()).toBe('good evening'))
    await program.stop()
  })
})
