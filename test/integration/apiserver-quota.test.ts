// ResourceQuotas: what is counted, and what would be too much. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster({ controllers: true })

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const told = ({ code, body }: Reply) => (code < 300 ? code : [code, body.reason, body.message])
const at = (namespace: string, plural: string, name = '') => `/api/v1/namespaces/${namespace}/${plural}${name && `/${name}`}`

/** A namespace with a quota that is at work. */
async function limited(spec: object, used: object): Promise<string> {
  const namespace = await bench.namespace()
  await eventually(async () => expect((await admin.send('GET', at(namespace, 'serviceaccounts', 'default'))).code).toBe(200))
  const made = await admin.send('POST', at(namespace, 'resourcequotas'), { metadata: { name: 'q' }, spec })
  expect(told(made)).toBe(201)
  await counted(namespace, used)
  return namespace
}

const counted = (namespace: string, used: object) =>
  eventually(async () => expect((await admin.send('GET', at(namespace, 'resourcequotas', 'q'))).body.status?.used).toEqual(used))

const exceeded = (what: string, name: string, requested: string, used: string, hard: string) => [
  403,
  'Forbidden',
  `${what} "${name}" is forbidden: exceeded quota: q, requested: ${requested}, used: ${used}, limited: ${hard}`,
]

const configMap = (namespace: string, name: string, query = '') =>
  admin.send('POST', at(namespace, 'configmaps') + query, { metadata: { name } })
const pod = (namespace: string, name: string, spec: object = {}, resources: object = {}) =>
  admin.send('POST', at(namespace, 'pods'), { metadata: { name }, spec: { containers: [{ name: 'a', image: 'i', resources }], ...spec } })

describe('a ResourceQuota', () => {
  test('counts objects, refuses more than it allows, and has room again when one goes', async () => {
    // Each namespace has a ConfigMap of its own from the start.
    const namespace = await limited({ hard: { configmaps: '3', 'count/configmaps': '9' } }, { configmaps: '1', 'count/configmaps': '1' })
    expect(told(await configMap(namespace, 'a'))).toBe(201)
    expect(told(await configMap(namespace, 'b', '?dryRun=All'))).toBe(201)
    expect(told(await configMap(namespace, 'b'))).toBe(201)
    await counted(namespace, { configmaps: '3', 'count/configmaps': '3' })
    expect(told(await configMap(namespace, 'c'))).toEqual(exceeded('configmaps', 'c', 'configmaps=1', 'configmaps=3', 'configmaps=3'))
    expect(told(await configMap(namespace, 'c', '?dryRun=All'))).toEqual(
      exceeded('configmaps', 'c', 'configmaps=1', 'configmaps=3', 'configmaps=3'),
    )
    expect((await admin.send('DELETE', at(namespace, 'configmaps', 'a'))).code).toBe(200)
    await counted(namespace, { configmaps: '2', 'count/configmaps': '2' })
    expect(told(await configMap(namespace, 'c'))).toBe(201)
  })

  test('for volumes of some classes counts no others', async () => {
    const expression = { scopeName: 'VolumeAttributesClass', operator: 'In', values: ['gold'] }
    const scope = { scopeSelector: { matchExpressions: [expression] } }
    const namespace = await limited({ hard: { persistentvolumeclaims: '1' }, ...scope }, { persistentvolumeclaims: '0' })
    const volume = (name: string, volumeAttributesClassName: string) =>
      admin.send('POST', at(namespace, 'persistentvolumeclaims'), {
        metadata: { name },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: '',
          volumeAttributesClassName,
          resources: { requests: { storage: '1Gi' } },
        },
      })
    expect(told(await volume('silver', 'silver'))).toBe(201)
    expect(told(await volume('gold', 'gold'))).toBe(201)
    expect(told(await volume('more', 'gold'))).toEqual(
      exceeded('persistentvolumeclaims', 'more', 'persistentvolumeclaims=1', 'persistentvolumeclaims=1', 'persistentvolumeclaims=1'),
    )
  })

  test('for devices counts the worst that may come of a claim', async () => {
    const [gold, tin] = ['gold.deviceclass.resource.k8s.io/devices', 'tin.deviceclass.resource.k8s.io/devices']
    const namespace = await limited({ hard: { [gold]: '40', [tin]: '3' } }, { [gold]: '0', [tin]: '0' })
    const exactly = (deviceClassName: string, more: object = {}) => ({ deviceClassName, ...more })
    const claim = (name: string, ...requests: readonly object[]) =>
      admin.send('POST', `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims`, {
        metadata: { name },
        spec: { devices: { requests: requests.map((each, index) => ({ name: `r${index}`, ...each })) } },
      })
    const alternatives = [
      { name: 'a', ...exactly('tin', { count: 2 }) },
      { name: 'b', ...exactly('tin') },
    ]
    expect(told(await claim('all', { exactly: exactly('gold', { allocationMode: 'All' }) }, { exactly: exactly('gold') }))).toBe(201)
    expect(told(await claim('either', { firstAvailable: alternatives }))).toBe(201)
    await counted(namespace, { [gold]: '33', [tin]: '2' })
    expect(told(await claim('more', { firstAvailable: alternatives }))).toEqual(
      exceeded('resourceclaims.resource.k8s.io', 'more', `${tin}=2`, `${tin}=2`, `${tin}=3`),
    )
  })

  test('counts what pods ask for, and demands that they say it', async () => {
    const namespace = await limited(
      { hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '2Gi' } },
      { pods: '0', 'requests.cpu': '0', 'limits.memory': '0' },
    )
    expect(told(await pod(namespace, 'silent'))).toEqual([
      403,
      'Forbidden',
      'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: a; requests.cpu for: a',
    ])
    const resources = { requests: { cpu: '600m' }, limits: { memory: '1Gi' } }
    expect(told(await pod(namespace, 'one', {}, resources))).toBe(201)
    await counted(namespace, { pods: '1', 'requests.cpu': '600m', 'limits.memory': '1Gi' })
    expect(told(await pod(namespace, 'two', {}, resources))).toEqual(
      exceeded('pods', 'two', 'requests.cpu=600m', 'requests.cpu=600m', 'requests.cpu=1'),
    )
    const both = { requests: { cpu: '600m' }, limits: { memory: '1500Mi' } }
    expect(told(await pod(namespace, 'two', {}, both))).toEqual(
      exceeded(
        'pods',
        'two',
        'limits.memory=1500Mi,requests.cpu=600m',
        'limits.memory=1Gi,requests.cpu=600m',
        'limits.memory=2Gi,requests.cpu=1',
      ),
    )
    await admin.send('PATCH', `${at(namespace, 'pods', 'one')}/status`, { status: { phase: 'Succeeded' } })
    await counted(namespace, { pods: '0', 'requests.cpu': '0', 'limits.memory': '0' })
    expect(told(await pod(namespace, 'two', {}, resources))).toBe(201)
  })

  test('counts services by what they open, and what an update opens more', async () => {
    const namespace = await limited(
      { hard: { services: '5', 'services.nodeports': '1', 'services.loadbalancers': '0' } },
      { services: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' },
    )
    const service = (name: string, type: string) => ({ metadata: { name }, spec: { type, ports: [{ name: 'a', port: 80 }] } })
    const create = (name: string, type: string) => admin.send('POST', at(namespace, 'services'), service(name, type))
    expect(told(await create('balanced', 'LoadBalancer'))).toEqual(
      exceeded('services', 'balanced', 'services.loadbalancers=1', 'services.loadbalancers=0', 'services.loadbalancers=0'),
    )
    expect(told(await create('inner', 'ClusterIP'))).toBe(201)
    expect(told(await create('outer', 'NodePort'))).toBe(201)
    await counted(namespace, { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' })
    expect(told(await admin.send('PATCH', at(namespace, 'services', 'inner'), { spec: { type: 'NodePort' } }))).toEqual(
      exceeded('services', 'inner', 'services.nodeports=1', 'services.nodeports=1', 'services.nodeports=1'),
    )
  })

  test('counts storage, in all and by its class', async () => {
    const ofClass = 'fast.storageclass.storage.k8s.io/requests.storage'
    const namespace = await limited({ hard: { 'requests.storage': '10Gi', [ofClass]: '3Gi' } }, { 'requests.storage': '0', [ofClass]: '0' })
    const claim = (name: string, storage: string, storageClassName: string) =>
      admin.send('POST', at(namespace, 'persistentvolumeclaims'), {
        metadata: { name },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } },
      })
    expect(told(await claim('a', '2Gi', 'fast'))).toBe(201)
    expect(told(await claim('b', '4Gi', 'slow'))).toBe(201)
    await counted(namespace, { 'requests.storage': '6Gi', [ofClass]: '2Gi' })
    expect(told(await claim('c', '2Gi', 'fast'))).toEqual(
      exceeded('persistentvolumeclaims', 'c', `${ofClass}=2Gi`, `${ofClass}=2Gi`, `${ofClass}=3Gi`),
    )
  })

  test('is for the pods of its scope alone', async () => {
    const namespace = await limited({ hard: { pods: '0' }, scopes: ['BestEffort', 'NotTerminating'] }, { pods: '0' })
    expect(told(await pod(namespace, 'modest'))).toEqual(exceeded('pods', 'modest', 'pods=1', 'pods=0', 'pods=0'))
    expect(told(await pod(namespace, 'asking', {}, { requests: { cpu: '1' } }))).toBe(201)
    expect(told(await pod(namespace, 'ending', { activeDeadlineSeconds: 60 }))).toBe(201)
  })

  test('may be for the pods of some priority', async () => {
    const scopeSelector = { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }] }
    const namespace = await limited({ hard: { pods: '0' }, scopeSelector }, { pods: '0' })
    expect(told(await pod(namespace, 'urgent', { priorityClassName: 'system-node-critical' }))).toEqual(
      exceeded('pods', 'urgent', 'pods=1', 'pods=0', 'pods=0'),
    )
    expect(told(await pod(namespace, 'usual'))).toBe(201)
  })

  test('counts objects of any kind', async () => {
    const namespace = await limited(
      { hard: { 'count/roles.rbac.authorization.k8s.io': '1' } },
      { 'count/roles.rbac.authorization.k8s.io': '0' },
    )
    const role = (name: string) =>
      admin.send('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, { metadata: { name }, rules: [] })
    expect(told(await role('a'))).toBe(201)
    const count = 'count/roles.rbac.authorization.k8s.io=1'
    expect(told(await role('b'))).toEqual(exceeded('roles.rbac.authorization.k8s.io', 'b', count, count, count))
  })

  test('follows its limits when they change', async () => {
    const namespace = await limited({ hard: { configmaps: '1' } }, { configmaps: '1' })
    // The real server's admission hears of the quota a moment after its controller has counted it.
    await eventually(async () =>
      expect(told(await configMap(namespace, 'a', '?dryRun=All'))).toEqual(
        exceeded('configmaps', 'a', 'configmaps=1', 'configmaps=1', 'configmaps=1'),
      ),
    )
    await admin.send('PATCH', at(namespace, 'resourcequotas', 'q'), { spec: { hard: { configmaps: '2' } } })
    await eventually(async () => expect(told(await configMap(namespace, 'a'))).toBe(201))
  })
})
