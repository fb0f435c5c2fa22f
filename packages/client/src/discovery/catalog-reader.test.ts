import { ApiError } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import type { Answer, ApiRequest } from '../transport/request.ts'
import { createCatalogReader } from './catalog-reader.ts'

type Reply = { code?: number; body?: unknown; etag?: string }

function reader(reply: (request: ApiRequest) => Reply) {
  const requests: ApiRequest[] = []
  const catalogs = createCatalogReader({
    async send(request): Promise<Answer> {
      requests.push(request)
      const { code = 200, body, etag } = reply(request)
      if (code >= 400) throw new ApiError({ code, message: `HTTP ${code}` })
      return { code, headers: etag ? { etag } : {}, body: Buffer.from(JSON.stringify(body) ?? '') }
    },
  })
  return { catalogs, requests }
}

const aggregated = (items: unknown[]) => ({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items })
const kind = (name: string) => ({ group: '', version: '', kind: name })
const pods = {
  resource: 'pods',
  responseKind: kind('Pod'),
  scope: 'Namespaced',
  singularResource: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  verbs: ['get', 'list'],
  subresources: [
    { subresource: 'status', verbs: ['get'] },
    { subresource: 'log', verbs: ['get'] },
  ],
}

describe('a server of our days answers for all groups at once', () => {
  const { catalogs, requests } = reader(({ path, headers }) => {
    if (headers?.['if-none-match'] === `"${path}"`) return { code: 304 }
    if (path === '/api')
      return {
        body: aggregated([{ metadata: {}, versions: [{ version: 'v1', freshness: 'Current', resources: [pods] }] }]),
        etag: '"/api"',
      }
    return {
      body: aggregated([
        {
          metadata: { name: 'apps' },
          versions: [
            {
              version: 'v1',
              freshness: 'Current',
              resources: [{ resource: 'deployments', responseKind: kind('Deployment'), scope: 'Namespaced', verbs: [] }],
            },
          ],
        },
        { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
      ]),
      etag: '"/apis"',
    }
  })

  test('two requests, all details', async () => {
    const [core, apps, metrics] = await catalogs.read()
    expect(requests.map(({ path }) => path)).toEqual(['/api', '/apis'])
    expect(core?.resources).toEqual([
      {
        group: '',
        version: 'v1',
        kind: 'Pod',
        plural: 'pods',
        namespaced: true,
        singular: 'pod',
        shortNames: ['po'],
        categories: ['all'],
        verbs: ['get', 'list'],
        subresources: ['status', 'log'],
      },
    ])
    expect(apps?.resources[0]).toMatchObject({ group: 'apps', kind: 'Deployment' })
    expect(metrics).toMatchObject({ group: 'metrics.k8s.io', failure: expect.stringContaining('not available') })
  })

  test('the second look sends the ETag, and an unchanged catalog comes from memory', async () => {
    const before = requests.length
    const [core] = await catalogs.read()
    expect(requests.slice(before).map(({ headers }) => headers?.['if-none-match'])).toEqual(['"/api"', '"/apis"'])
    expect(core?.resources[0]?.plural).toBe('pods')
  })
})

describe('an old server is asked group by group', () => {
  const list = (groupVersion: string, resources: unknown[]) => ({ kind: 'APIResourceList', groupVersion, resources })
  const { catalogs } = reader(({ path }) => {
    switch (path) {
      case '/api':
        return { body: { kind: 'APIVersions', versions: ['v1'] } }
      case '/api/v1':
        return {
          body: list('v1', [
            { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get'], shortNames: ['po'] },
            { name: 'pods/status', namespaced: true, kind: 'Pod', verbs: ['get'] },
            { name: 'nodes', namespaced: false, kind: 'Node', verbs: ['get'] },
          ]),
        }
      case '/apis':
        return {
          body: {
            kind: 'APIGroupList',
            groups: [
              {
                name: 'autoscaling',
                versions: [
                  { groupVersion: 'autoscaling/v1', version: 'v1' },
                  { groupVersion: 'autoscaling/v2', version: 'v2' },
                ],
                preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
              },
              { name: 'broken.io', versions: [{ groupVersion: 'broken.io/v1', version: 'v1' }] },
            ],
          },
        }
      case '/apis/broken.io/v1':
        return { code: 503 }
      default:
        return { body: list(path.replace('/apis/', ''), []) }
    }
  })

  test('subresources belong to their resource, the preferred version stands first, a broken group is a failure of its own', async () => {
    const catalog = await catalogs.read()
    expect(catalog.map(({ group, version }) => `${group}/${version}`)).toEqual(['/v1', 'autoscaling/v2', 'autoscaling/v1', 'broken.io/v1'])
    expect(catalog[0]?.resources).toMatchObject([
      { plural: 'pods', namespaced: true, subresources: ['status'] },
      { plural: 'nodes', namespaced: false, subresources: [] },
    ])
    expect(catalog[3]?.failure).toContain('503')
  })
})

test('a server without the core group is fine', async () => {
  const { catalogs } = reader(({ path }) => (path === '/api' ? { code: 404 } : { body: aggregated([]) }))
  expect(await catalogs.read()).toEqual([])
})

test('missing rights are an error and no empty catalog', async () => {
  const { catalogs } = reader(() => ({ code: 403 }))
  await expect(catalogs.read()).rejects.toThrow('403')
})
