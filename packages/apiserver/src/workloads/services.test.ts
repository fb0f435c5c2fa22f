import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: ['*'] })
})
afterEach(() => api[Symbol.asyncDispose]())

const SERVICES = '/api/v1/namespaces/default/services'
const ENDPOINTS = '/api/v1/namespaces/default/endpoints'
const PODS = '/api/v1/namespaces/default/pods'
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'

const settle = async () => {
  for (let round = 0; round < 4; round++) await api.settle()
}
const service = (spec: object = {}) => ({
  metadata: { name: 'web' },
  spec: { ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
})
const pod = (name: string, containerPort: number, labels: object = { app: 'web' }) => ({
  metadata: { name, labels },
  spec: { containers: [{ name: 'c', image: 'web:1', ports: [{ name: 'http', containerPort }] }] },
})
interface Slice {
  readonly addressType: string
  readonly ports: readonly { readonly name: string; readonly port: number }[] | null
  readonly endpoints:
    | readonly { readonly addresses: readonly string[]; readonly targetRef?: { readonly name: string }; readonly conditions: object }[]
    | null
}
const slices = async () => ((await api.get(SLICES)).body.items ?? []) as unknown as readonly Slice[]
/** `80 a,b` */
const backends = async () =>
  (await slices())
    .map(
      ({ ports, endpoints }) =>
        `${ports?.map(({ port }) => port).join('+') ?? ''} ${endpoints?.map(({ targetRef }) => targetRef?.name).join() ?? ''}`,
    )
    .sort()

describe('a service that selects pods', () => {
  test('tells pods apart that give its port another number', async () => {
    await api.post(SERVICES, service({ selector: { app: 'web' } }))
    await api.post(PODS, pod('a', 8080))
    await api.post(PODS, pod('b', 9090))
    await api.post(PODS, pod('c', 8080))
    await settle()
    expect(await backends()).toEqual(['8080 a,c', '9090 b'])
    const { subsets } = (await api.get(`${ENDPOINTS}/web`)).body as unknown as {
      subsets: { addresses: unknown[]; ports: { port: number }[] }[]
    }
    expect(subsets.map(({ addresses, ports }) => [addresses.length, ports.map(({ port }) => port)])).toEqual([
      [2, [8080]],
      [1, [9090]],
    ])
  })

  test('has one empty slice without pods, and fills that one', async () => {
    await api.post(SERVICES, service({ selector: { app: 'web' } }))
    await settle()
    expect(await backends()).toEqual([' '])
    const [before] = namesOf(await api.get(SLICES))
    await api.post(PODS, pod('a', 8080))
    await settle()
    expect(await backends()).toEqual(['8080 a'])
    expect(namesOf(await api.get(SLICES))).toEqual([before])
  })

  test('takes its Endpoints and its slices with it', async () => {
    await api.post(SERVICES, service({ selector: { app: 'nobody' } }))
    await settle()
    expect(namesOf(await api.get(ENDPOINTS))).toEqual(['web'])
    await api.delete(`${SERVICES}/web`)
    await settle()
    expect([namesOf(await api.get(ENDPOINTS)), await slices()]).toEqual([[], []])
  })

  test('writes nothing while nothing changes', async () => {
    await api.post(SERVICES, service({ selector: { app: 'web' } }))
    for (const [name, port] of [
      ['a', 1],
      ['b', 2],
    ] as const)
      await api.post(PODS, pod(name, port))
    await settle()
    const revision = async () => (await api.get('/api/v1/namespaces')).metadata.resourceVersion
    const before = await revision()
    await api.clock.advance(3_600_000)
    await settle()
    expect(await revision()).toBe(before)
  })
})

describe('Endpoints that somebody writes for a service without a selector', () => {
  const endpoints = (addresses: readonly object[], metadata: object = {}) => ({
    metadata: { name: 'web', ...metadata },
    subsets: [{ addresses, ports: [{ name: 'http', port: 80 }] }],
  })
  const addresses = async () => (await slices()).flatMap(({ endpoints: own }) => own?.flatMap((each) => each.addresses) ?? []).sort()

  test('are mirrored when they come, change and go', async () => {
    await api.post(SERVICES, service())
    await api.post(ENDPOINTS, endpoints([{ ip: '10.1.2.3' }], { labels: { team: 'x' } }))
    await settle()
    expect((await api.get(SLICES)).body.items).toMatchObject([
      {
        metadata: {
          labels: {
            team: 'x',
            'kubernetes.io/service-name': 'web',
            'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          },
          ownerReferences: [{ kind: 'Endpoints', name: 'web', controller: true }],
        },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
        endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
      },
    ])
    await api.put(`${ENDPOINTS}/web`, endpoints([{ ip: '10.2.3.4' }]))
    await settle()
    expect(await addresses()).toEqual(['10.2.3.4'])
    await api.delete(`${ENDPOINTS}/web`)
    await settle()
    expect(await slices()).toEqual([])
  })

  test('have a slice for each family of addresses', async () => {
    await api.post(SERVICES, service())
    await api.post(ENDPOINTS, endpoints([{ ip: '10.1.2.3' }, { ip: 'fd00::1' }]))
    await settle()
    expect((await slices()).map(({ addressType }) => addressType).sort()).toEqual(['IPv4', 'IPv6'])
  })

  test.each<[string, object, object]>([
    ['that has a selector now', { selector: { app: 'nobody' } }, {}],
    ['whose Endpoints say that they are not to be', {}, { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }],
    ['whose Endpoints elect a leader', {}, { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }],
  ])('are not mirrored for one %s', async (_name, spec, metadata) => {
    await api.post(SERVICES, service())
    await api.post(ENDPOINTS, endpoints([{ ip: '10.1.2.3' }]))
    await settle()
    expect(await addresses()).toEqual(['10.1.2.3'])
    await api.patch(`${ENDPOINTS}/web`, { metadata })
    await api.patch(`${SERVICES}/web`, { spec })
    await settle()
    expect(await addresses()).toEqual([])
  })

  test('wait for their service', async () => {
    await api.post(ENDPOINTS, endpoints([{ ip: '10.1.2.3' }]))
    await settle()
    expect(await slices()).toEqual([])
    await api.post(SERVICES, service())
    await settle()
    expect(await addresses()).toEqual(['10.1.2.3'])
  })
})
