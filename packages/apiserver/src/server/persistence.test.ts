import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, namesOf, type TestClient, testClient } from '../test-client/api-client.ts'
import type { ApiServerOptions } from './options.ts'

let dataDir: string
let api: TestClient
const start = async (options: ApiServerOptions = {}) => {
  api = await testClient({ dataDir, ...options })
  await api.settle()
}
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kubewright-data-'))
  await start()
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

async function restart(options: ApiServerOptions = {}): Promise<void> {
  await api[Symbol.asyncDispose]()
  await start(options)
}

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.demo.io' },
  spec: {
    group: 'demo.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
const service = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })
const SERVICES = '/api/v1/namespaces/default/services'

describe('after a restart', () => {
  test('objects are as they were, uid, times and resourceVersion too, and what was deleted is gone', async () => {
    await api.post(CONFIG_MAPS, configMap('kept', { a: '1' }))
    await api.post(CONFIG_MAPS, configMap('gone'))
    await api.delete(`${CONFIG_MAPS}/gone`)
    const before = (await api.get(`${CONFIG_MAPS}/kept`)).body
    expect(api.server.isRestored).toBe(false)
    await restart()
    expect(api.server.isRestored).toBe(true)
    expect((await api.get(`${CONFIG_MAPS}/kept`)).body).toEqual(before)
    expect(namesOf(await api.get(CONFIG_MAPS))).toEqual(['kept', 'kube-root-ca.crt'])
  })

  test('nothing is written because of it', async () => {
    await restart()
    const all = async () =>
      Promise.all(
        ['namespaces', 'nodes', 'services', 'configmaps', 'serviceaccounts'].map(
          async (kind) => (await api.get(`/api/v1/${kind}`)).body.items,
        ),
      )
    const [before, roles] = [await all(), (await api.get('/apis/rbac.authorization.k8s.io/v1/clusterroles')).body.items]
    // The port is another one, and with it the service of the server: no more than that may differ.
    await restart({ port: api.server.port })
    expect(await all()).toEqual(before)
    expect((await api.get('/apis/rbac.authorization.k8s.io/v1/clusterroles')).body.items).toEqual(roles)
  })

  test('who was the administrator is so still, trusts the server, and tokens of ServiceAccounts hold', async () => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } }
    const token = (await api.post('/api/v1/namespaces/default/serviceaccounts/default/token', body)).body as { status?: { token: string } }
    const { connection } = api.server
    await restart()
    expect(api.server.connection).toEqual({ ...connection, server: api.server.url })
    const review = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token: token.status!.token })
    expect(review.body).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:default:default' } } })
  })

  test('custom resources are served, and their definition stays as it was', async () => {
    await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS)
    await api.post('/apis/demo.io/v1/namespaces/default/widgets', {
      apiVersion: 'demo.io/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      size: 3,
    })
    const before = (await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.demo.io')).body
    await restart()
    expect((await api.get('/apis/demo.io/v1/namespaces/default/widgets/w')).body).toMatchObject({ size: 3 })
    expect((await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.demo.io')).body).toEqual(before)
  })

  test('who watched or listed in pages before is told to list anew', async () => {
    await api.post(CONFIG_MAPS, configMap('a'))
    const { metadata } = await api.get(`${CONFIG_MAPS}?limit=1`)
    await restart()
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=${metadata.resourceVersion}`)
    await watch.ended
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }])
    expect((await api.get(`${CONFIG_MAPS}?limit=1&continue=${metadata.continue}`)).code).toBe(410)
  })

  test('no resourceVersion comes again', async () => {
    await api.post(CONFIG_MAPS, configMap('a'))
    const last = Number((await api.get(CONFIG_MAPS)).metadata.resourceVersion)
    await restart()
    const { metadata } = await api.post(CONFIG_MAPS, configMap('b'))
    expect(Number(metadata.resourceVersion)).toBeGreaterThan(last + 1)
  })

  test('no address of a service is given to another one', async () => {
    const { body } = await api.post(SERVICES, service('first', { type: 'NodePort' }))
    await restart()
    const { body: second } = await api.post(SERVICES, service('second', { type: 'NodePort' }))
    const spec = (object: object) => (object as { spec: { clusterIP: string; ports: { nodePort: number }[] } }).spec
    expect(spec(second).clusterIP).not.toBe(spec(body).clusterIP)
    expect(spec(second).ports[0]!.nodePort).not.toBe(spec(body).ports[0]!.nodePort)
  })

  test('the service of the server leads to its new port', async () => {
    await restart()
    expect((await api.get(`${SERVICES}/kubernetes`)).body).toMatchObject({ spec: { ports: [{ targetPort: api.server.port }] } })
  })

  test('dependents follow an owner that was made before, and a namespace that was going is gone', async () => {
    const { metadata } = await api.post(CONFIG_MAPS, configMap('owner'))
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }
    await api.post(CONFIG_MAPS, configMap('child', {}, { ownerReferences: [reference] }))
    await api.post('/api/v1/namespaces', { metadata: { name: 'going' } })
    await api.delete('/api/v1/namespaces/going')
    await restart()
    expect((await api.get('/api/v1/namespaces/going')).code).toBe(404)
    await api.delete(`${CONFIG_MAPS}/owner`)
    await api.settle()
    expect(namesOf(await api.get(CONFIG_MAPS))).toEqual(['kube-root-ca.crt'])
  })

  test('roles hold', async () => {
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
    await api.post(`${roles}/roles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
    })
    await api.post(`${roles}/rolebindings`, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ann' }],
    })
    await restart({ authorizationModes: ['RBAC'], tokenFile: 'secret-of-ann,ann,1\n' })
    expect((await api.get(CONFIG_MAPS, { token: 'secret-of-ann' })).code).toBe(200)
    expect((await api.get(SERVICES, { token: 'secret-of-ann' })).code).toBe(403)
  })
})

test('the keys of the server can be read by nobody else', () => {
  expect(statSync(join(dataDir, 'identity.json')).mode & 0o077).toBe(0)
})

test('keys that are damaged are refused without a word of what they are, and the directory is free again', async () => {
  await api[Symbol.asyncDispose]()
  writeFileSync(join(dataDir, 'identity.json'), '{"authority": {"cert": "x", "key": "precious"}, "token": "precious"}')
  const failure = await start().catch((error: Error) => error.message)
  expect(failure).toMatch(/identity\.json cannot be read \(.*\): remove it, and clients need a new kubeconfig/)
  expect(failure).not.toContain('precious')
  rmSync(join(dataDir, 'identity.json'))
  await start()
})

test('an authority at the end of its life is replaced, and the tokens hold all the same', async () => {
  const { connection } = api.server
  const later = api.clock.now() + 360 * 86_400_000
  await api[Symbol.asyncDispose]()
  const { keptIdentity } = await import('./identity.ts')
  const { authority, token } = keptIdentity(dataDir, { ...api.clock, now: () => later })
  expect(authority.cert).not.toBe(connection.caData)
  expect(authority.notAfter).toBeGreaterThan(later)
  expect(token).toBe(connection.token)
})
