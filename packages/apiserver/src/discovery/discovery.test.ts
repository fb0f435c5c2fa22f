import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false })
})
afterAll(() => api[Symbol.asyncDispose]())

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

interface Described {
  readonly resource: string
  readonly verbs: readonly string[]
  readonly subresources?: readonly { readonly subresource: string; readonly responseKind: object }[]
}
type Item = { readonly metadata: { readonly name?: string }; readonly versions: readonly { version: string; resources: Described[] }[] }
const itemsOf = ({ body }: { readonly body: unknown }): readonly Item[] => (body as { items: Item[] }).items

describe('discovery in one answer', () => {
  test('describes every group, version and resource', async () => {
    const reply = await api.get('/apis', { accept: AGGREGATED })
    expect(reply.headers['content-type']).toBe(AGGREGATED)
    expect(reply.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
    const apps = itemsOf(reply).find(({ metadata }) => metadata.name === 'apps')
    const deployments = apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments')
    expect(deployments).toEqual({
      resource: 'deployments',
      responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: [
        { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: ['get', 'patch', 'update'] },
        { subresource: 'status', responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' }, verbs: ['get', 'patch', 'update'] },
      ],
    })
  })

  test('describes the core group under /api, without a name', async () => {
    const [core, ...more] = itemsOf(await api.get('/api', { accept: AGGREGATED }))
    expect([core?.metadata.name, core?.versions[0]?.version, more]).toEqual([undefined, 'v1', []])
  })

  test('is not sent again to who has it, and is sent to who has an older one', async () => {
    await using changing = await testClient({ controllers: false })
    const first = await changing.get('/apis', { accept: AGGREGATED })
    const headers = { 'if-none-match': String(first.headers.etag) }
    const second = await changing.get('/apis', { accept: AGGREGATED, headers })
    expect([second.code, second.text]).toEqual([304, ''])
    await changing.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'things', kind: 'Thing' },
        versions: ['v1beta1', 'v2', 'v1'].map((name) => ({
          name,
          served: true,
          storage: name === 'v2',
          schema: { openAPIV3Schema: { type: 'object' } },
        })),
      },
    })
    const third = await changing.get('/apis', { accept: AGGREGATED, headers })
    expect(third.code).toBe(200)
    const group = itemsOf(third).find(({ metadata }) => metadata.name === 'example.com')
    expect(group?.versions.map(({ version }) => version)).toEqual(['v2', 'v1', 'v1beta1'])
  })
})

describe('discovery piece by piece', () => {
  test('has the versions, the groups and the resources', async () => {
    expect((await api.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
    expect((await api.get('/apis')).body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' })
    expect((await api.get('/apis/apps')).body).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    })
    const { body } = await api.get('/apis/apps/v1')
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'apps/v1' })
    const names = (body as unknown as { resources: { name: string }[] }).resources.map(({ name }) => name)
    expect(names).toContain('deployments')
    expect(names).toContain('deployments/scale')
  })

  test('offers no verb that is refused, and no resource that is not there', async () => {
    const all = [...itemsOf(await api.get('/api', { accept: AGGREGATED })), ...itemsOf(await api.get('/apis', { accept: AGGREGATED }))]
    for (const { metadata, versions } of all) {
      for (const { version, resources } of versions) {
        for (const { resource, verbs } of resources) {
          const root = metadata.name === undefined ? `/api/${version}` : `/apis/${metadata.name}/${version}`
          const { code } = await api.get(`${root}/${resource}`)
          expect(`${resource} ${code}`).toBe(`${resource} ${verbs.includes('list') ? 200 : 405}`)
        }
      }
    }
  })
})

describe('about the server', () => {
  test('its version is that of the Kubernetes it stands for, with its own name behind', async () => {
    expect((await api.get('/version')).body).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.3+kubewright' })
  })

  test('its paths are listed, its probes are green', async () => {
    expect((await api.get('/')).text).toContain('"/openapi/v3"')
    expect((await api.get('/readyz?verbose')).text).toMatch(/^\[\+\]ping ok\n(\[\+\].* ok\n)+readyz check passed\n$/)
  })

  test('OpenAPI v3 has a document for each group version', async () => {
    const { body } = await api.get('/openapi/v3')
    const { paths } = body as unknown as { paths: Record<string, { serverRelativeURL: string }> }
    const { text } = await api.get(paths['apis/apps/v1']?.serverRelativeURL ?? '')
    expect(text).toContain('"io.k8s.api.apps.v1.Deployment"')
    expect((await api.get('/openapi/v3/apis/nope/v1')).code).toBe(404)
  })
})
