// What a program shows of itself: to whom the API server would show it, and to nobody else. The same on both servers.
import { request } from 'node:https'
import { controller, type ManagerOptions } from '@kubewright/runtime'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'
import { scrape } from './https-scrape.ts'
import { runManager } from './managers.ts'
import { type Wire, wire } from './wire.ts'

const bench = useCluster()
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const CONFIG_MAPS = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const SECRETS = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

/** Watches ConfigMaps and Secrets, says so in an event, and shows itself to those who may see it. */
async function start(namespace: string, options: Partial<ManagerOptions> = {}) {
  const running = runManager(
    bench.cluster.connection,
    [
      controller(CONFIG_MAPS, {
        reconcile: ({ object, recorder }) => recorder.event(object, { reason: 'Seen', note: 'there it is' }),
      }),
      controller(SECRETS, { name: 'secrets', reconcile: () => {} }),
    ],
    { namespaces: [namespace], metricsBindAddress: '127.0.0.1:0', metricsSecure: true, inspection: true, ...options },
  )
  const address = await eventually(() => {
    const { metrics } = running.manager.addresses()
    if (metrics === undefined) throw new Error('nothing listens yet')
    return metrics
  })
  return { ...running, address }
}

/** A ServiceAccount's token, with these rights and no others. */
async function tokenOf(namespace: string, name: string, rules: readonly object[], paths: readonly string[] = []): Promise<string> {
  const make = async (path: string, body: object) => {
    const reply = await admin.send('POST', path, body)
    expect([reply.code, reply.body.message]).toEqual([201, undefined])
    return reply.body as { readonly status?: { readonly token?: string } }
  }
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  const apiGroup = 'rbac.authorization.k8s.io'
  await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } })
  await make(`${RBAC}/namespaces/${namespace}/roles`, { metadata: { name }, rules })
  await make(`${RBAC}/namespaces/${namespace}/rolebindings`, { metadata: { name }, roleRef: { apiGroup, kind: 'Role', name }, subjects })
  const unique = `${namespace}-${name}`
  if (paths.length > 0) {
    await make(`${RBAC}/clusterroles`, { metadata: { name: unique }, rules: [{ nonResourceURLs: paths, verbs: ['get'] }] })
    await make(`${RBAC}/clusterrolebindings`, {
      metadata: { name: unique },
      roleRef: { apiGroup, kind: 'ClusterRole', name: unique },
      subjects,
    })
  }
  const { status } = await make(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, { spec: { expirationSeconds: 3600 } })
  return status!.token!
}

interface News {
  readonly id: string | undefined
  readonly type: string
  readonly object?: { readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> }
}

/** A reader over TLS; what has come so far is in `news`. */
function follow(address: string, query: string, token: string, lastEventId?: string) {
  const news: News[] = []
  const headers = { authorization: `Bearer ${token}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) }
  const asked = request(`https://${address}/watch?${query}`, { rejectUnauthorized: false, agent: false, headers })
  asked.once('response', (response) => {
    let rest = ''
    response.on('error', () => {})
    response.on('data', (chunk: Buffer) => {
      const blocks = `${rest}${chunk}`.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined) news.push({ id: /^id: (.*)$/m.exec(block)?.[1], ...(JSON.parse(data) as Omit<News, 'id'>) })
      }
    })
  })
  asked.on('error', () => {})
  asked.end()
  const leave = () => void asked.destroy()
  onTestFinished(leave)
  const brief = () =>
    news
      .filter(({ object }) => object?.metadata.name !== 'kube-root-ca.crt')
      .map(({ type, object }) => (object === undefined ? type : `${type} ${object.metadata.name}`))
  return { news, brief, leave }
}

const READ_MAPS = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['watch'] }]

describe('a watch', () => {
  test('shows what happens to whoever may watch it in the cluster', async () => {
    const namespace = await bench.namespace()
    const { address } = await start(namespace)
    const token = await tokenOf(namespace, 'reader', READ_MAPS)
    const maps = await bench.configMaps()
    const query = `resource=configmaps&namespace=${namespace}&labelSelector=app%3Da`
    await eventually(async () => expect((await scrape(address, `/watch?${query}&x=1`, { token })).status).toBe(400))
    const { brief, news, leave } = follow(address, query, token)
    await eventually(() => expect(brief()).toEqual(['SYNCED']))
    await maps.create(configMap(namespace, 'one', { labels: { app: 'a' } }))
    await maps.create(configMap(namespace, 'other', { labels: { app: 'b' } }))
    await maps.patch({ namespace, name: 'one' }, { type: 'merge', body: { data: { a: '1' } } })
    await maps.delete({ namespace, name: 'one' })
    await eventually(() => expect(brief().at(-1)).toBe('DELETED one'))
    expect(brief()).toContain('ADDED one')
    leave()

    await maps.create(configMap(namespace, 'two', { labels: { app: 'a' } }))
    const again = follow(address, query, token, news.findLast(({ id }) => id !== undefined)!.id)
    await eventually(() => expect(again.brief()).toEqual(['ADDED two', 'SYNCED']))
  })

  test('15: goes on without a gap when the server has forgotten its history (410) and everything is listed anew', async () => {
    const namespace = await bench.namespace()
    const { address } = await start(namespace)
    const token = await tokenOf(namespace, 'reader', READ_MAPS)
    const maps = await bench.configMaps()
    await maps.create(configMap(namespace, 'a'))
    const query = `resource=configmaps&namespace=${namespace}`
    await eventually(async () => expect((await scrape(address, `/watch?${query}&x=1`, { token })).status).toBe(400))
    const { brief } = follow(address, query, token)
    await eventually(() => expect(brief()).toEqual(['ADDED a', 'SYNCED']))
    await bench.cluster.forgetHistory()
    await eventually(() => maps.create(configMap(namespace, 'b')), { timeout: 30_000 })
    await eventually(() => expect(brief()).toEqual(['ADDED a', 'SYNCED', 'ADDED b']), { timeout: 30_000 })
  })

  test('is refused, with the reason, to whom the cluster would refuse it', async () => {
    const namespace = await bench.namespace()
    const { address } = await start(namespace)
    const token = await tokenOf(namespace, 'reader', READ_MAPS)
    const ask = async (query: string, given: string | undefined) => {
      const { status, body } = await scrape(address, `/watch?${query}`, { token: given })
      return [status, body]
    }
    const user = `system:serviceaccount:${namespace}:reader`
    expect(await ask('resource=configmaps', undefined)).toEqual([401, 'a bearer token that the API server knows is needed\n'])
    expect(await ask('resource=configmaps', token)).toEqual([
      403,
      `${user} may not watch configmaps in all namespaces: name one, or bind a role that allows it\n`,
    ])
    expect(await ask(`resource=secrets&namespace=${namespace}`, token)).toEqual([
      403,
      `${user} may not watch secrets in namespace ${namespace}: bind a role that allows it\n`,
    ])
    expect(await ask(`resource=configmaps&namespace=default`, token)).toMatchObject([403, expect.stringContaining('in namespace default')])
  })

  test('of Secrets shows the names of their fields and never a value', async () => {
    const namespace = await bench.namespace()
    const { address } = await start(namespace)
    const token = await tokenOf(namespace, 'keeper', [{ apiGroups: [''], resources: ['secrets'], verbs: ['watch'] }])
    const reply = await admin.send('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 'key', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2-hunter2' } },
      stringData: { password: 'hunter2-hunter2' },
    })
    expect(reply.code).toBe(201)
    const query = `resource=secrets&namespace=${namespace}&name=key`
    await eventually(async () => expect((await scrape(address, `/watch?${query}&x=1`, { token })).status).toBe(400))
    const { news, brief } = follow(address, query, token)
    await eventually(() => expect(brief()).toEqual(['ADDED key', 'SYNCED']))
    expect(news[0]!.object!.data).toEqual({ password: '[redacted]' })
    const text = JSON.stringify(news)
    for (const secret of ['hunter2', Buffer.from('hunter2-hunter2').toString('base64')]) expect(text).not.toContain(secret)
  })
})

test('events, the leader and the kinds are shown to whoever may see them', async () => {
  const namespace = await bench.namespace()
  const { address, manager } = await start(namespace, { leaderElection: { leaseName: 'shown', leaseNamespace: namespace } })
  const token = await tokenOf(
    namespace,
    'viewer',
    [{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] }],
    ['/leader', '/'],
  )
  await (await bench.configMaps()).create(configMap(namespace, 'one'))
  const ask = async (path: string) => {
    const { status, body } = await scrape(address, path, { token })
    return { status, body: status === 200 ? (JSON.parse(body) as Record<string, unknown>) : body }
  }
  await eventually(async () => expect(await ask('/leader')).toMatchObject({ status: 200, body: { leads: true } }), { timeout: 40_000 })
  expect((await ask('/leader')).body).toMatchObject({ identity: manager.overview().identity, leader: manager.overview().identity })
  await eventually(async () =>
    expect((await ask(`/events?namespace=${namespace}&name=one&reason=Seen`)).body).toMatchObject({
      items: [{ reason: 'Seen', regarding: { kind: 'ConfigMap', name: 'one' }, note: 'there it is', count: 1 }],
    }),
  )
  // They are not of the namespace alone.
  expect(await ask(`/events?namespace=${namespace}&statistics`)).toMatchObject({ status: 403 })
  expect(await ask('/events')).toMatchObject({ status: 403, body: expect.stringContaining('may not list events.events.k8s.io') })
  expect(await ask('/kinds')).toMatchObject({ status: 403, body: expect.stringContaining('may not get the path /kinds') })
})
