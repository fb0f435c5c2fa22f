// How many watches the policies of gc take, and how whole the objects are that come over them.
import { ConfigMap } from '@kubewright/client'
import { consistently, eventually, faultProxy } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { GcSite, installGcKinds } from './gc-site.ts'
import { useCluster } from './harness.ts'

const bench = useCluster()
installGcKinds(bench)

async function siteBehindProxy() {
  const site = new GcSite(bench, await bench.namespace())
  const proxy = await faultProxy(bench.cluster.connection)
  const running = site.run({}, proxy.connection)
  const path = `/namespaces/${site.namespace}/configmaps`
  return {
    site,
    open: () => proxy.open({ watch: true, path }),
    /** Requests that read or watch the ConfigMaps. */
    reads: () => proxy.requests.filter((request) => request.method === 'GET' && request.path.endsWith(path)),
    deletions: () => proxy.requests.filter(({ method }) => method === 'DELETE').length,
    async stop() {
      await running.stop()
      await proxy.stop()
    },
  }
}

const onLabel = (app: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } })

test('P9: twelve policies over one kind are one watch in the end: who moves reads its own once more, nothing goes early, what is due goes once', async () => {
  const { site, open, reads, deletions, stop } = await siteBehindProxy()
  try {
    for (let n = 0; n < 12; n++) await site.map(`c-${n}`, {}, { labels: { app: `a${n}` } })
    const policy = (n: number) =>
      site.policy(`p-${n}`, { targetResource: onLabel(`a${n}`), ttl: { secondsAfterCreation: n < 6 ? 12 : 3_600 } })
    for (let n = 0; n < 8; n++) await policy(n)
    await eventually(() => expect(open()).toBe(8), { timeout: 10_000 })
    for (let n = 8; n < 12; n++) await policy(n)
    await eventually(() => expect(open()).toBe(1), { timeout: 10_000 })
    // One reading and one watch each; a server that streams its lists needs but one request for both.
    // Of what the one watch has shown before, it keeps keys alone: each that joins it then reads its own.
    expect(reads().length).toBeLessThanOrEqual(2 * 9 + 12)
    const left = async () => (await site.left(ConfigMap, 'app')).length
    await eventually(async () => expect(await left()).toBe(6), { timeout: 30_000 })
    await consistently(async () => expect([await left(), deletions(), open()]).toEqual([6, 6, 1]), 2_000, 500)
  } finally {
    await stop()
  }
})

test.each([
  ['metadata is all that is read', 'metadata', { ttl: { secondsAfterCreation: 3_600 } }],
  ['an annotation tells the time', 'metadata', { ttl: { fieldPath: 'metadata.annotations.x' } }],
  ['a field of its content tells the time', 'the whole object', { ttl: { fieldPath: 'data.when', default: 3_600 } }],
])('when %s, what comes over the wire is %s', async (_, what, spec) => {
  const { site, open, reads, stop } = await siteBehindProxy()
  try {
    await site.map('a')
    await site.policy('p', { targetResource: onLabel('x'), ...spec })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: 1 }), { timeout: 20_000 })
    expect(open()).toBe(1)
    const partial = reads().map(({ accept }) => accept.includes('as=PartialObjectMetadata'))
    expect(partial).toEqual(partial.map(() => what === 'metadata'))
  } finally {
    await stop()
  }
})
