// Workloads come to the end that they have on a cluster: what kube-controller-manager v1.36.3, kube-scheduler and kwok made of the same steps.
// `KUBEWRIGHT_TEST_CLUSTER=<kubeconfig of such a cluster> vitest run -u` records it anew.
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiServer, startApiServer } from '@kubewright/apiserver'
import { type Client, connect, connectTo } from '@kubewright/client'
import { afterAll, beforeAll, expect, test } from 'vitest'

const recordedFrom = process.env['KUBEWRIGHT_TEST_CLUSTER']
/** When nothing has changed for so long, the end is reached. A real cluster thinks longer between its steps. */
const QUIET = recordedFrom === undefined ? 150 : 3_000

let server: ApiServer | undefined
let client: Client
beforeAll(async () => {
  if (recordedFrom !== undefined) client = await connect({ kubeconfig: recordedFrom })
  else {
    server = await startApiServer({ controllers: ['*'] })
    client = connectTo(server.connection)
  }
})
afterAll(async () => {
  await client.close()
  await server?.stop()
})

interface Stored {
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly creationTimestamp: string
    readonly annotations?: Record<string, string>
    readonly labels?: Record<string, string>
    readonly generation?: number
    readonly deletionTimestamp?: string
  }
  readonly spec?: Record<string, unknown>
  readonly status?: Record<string, unknown>
  readonly [field: string]: unknown
}

const GROUPS: Readonly<Record<string, string>> = {
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  services: '/api/v1',
  pods: '/api/v1',
  endpoints: '/api/v1',
}
const pathOf = (namespace: string, plural: string, name = '') => `${GROUPS[plural]}/namespaces/${namespace}/${plural}${name && `/${name}`}`

const SHOWN: Readonly<Record<string, (object: Stored) => unknown>> = {
  deployments: ({ metadata, status }) => ({
    generation: metadata.generation,
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'],
    status,
  }),
  replicasets: ({ metadata: { annotations }, spec, status }) => ({ annotations, replicas: spec?.['replicas'], status }),
  controllerrevisions: ({ revision, data }) => ({ revision, data }),
  pods: ({ metadata: { labels, annotations }, spec, status }) => ({
    labels,
    annotations,
    image: ((spec?.['containers'] ?? []) as readonly { image: string }[])[0]?.image,
    hostname: spec?.['hostname'],
    subdomain: spec?.['subdomain'],
    isPlaced: spec?.['nodeName'] !== undefined,
    phase: status?.['phase'],
  }),
  endpoints: ({ subsets }) => ({
    subsets: ((subsets ?? []) as readonly Record<string, unknown[]>[]).map(({ addresses = [], notReadyAddresses = [], ports }) => ({
      addresses: addresses.length,
      notReady: notReadyAddresses.length,
      ports,
    })),
  }),
  endpointslices: ({ endpoints, ports, addressType, metadata: { labels } }) => ({
    labels,
    addressType,
    ports,
    endpoints: ((endpoints ?? []) as readonly { conditions: unknown; hostname?: string }[]).map(({ conditions, hostname }) => ({
      conditions,
      hostname,
    })),
  }),
}
const shown = (plural: string, object: Stored) =>
  (SHOWN[plural] ?? (({ status, metadata }) => ({ generation: metadata.generation, status })))(object)

/** Hashes, suffixes and times differ from cluster to cluster. */
const neutral = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replace(/"((?:pod-template|controller-revision)-hash|controller\.kubernetes\.io\/hash)":"[^"]*"/g, '"$1":"<hash>"')
      .replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?=[-"\\])/g, '-<hash>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'),
  ) as unknown

/** The conditions come in the order in which they were first true, which is not part of the end. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const all = value.map(ordered)
    return all.every((each) => typeof each === 'object' && each !== null && 'type' in each)
      ? (all as { type: string }[]).toSorted((a, b) => (a.type < b.type ? -1 : 1))
      : all
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, ordered(each)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

class Stage {
  readonly namespace: string
  constructor(namespace: string) {
    this.namespace = namespace
  }
  create = (plural: string, object: object) => client.request('POST', pathOf(this.namespace, plural), { body: object })
  patch = (plural: string, name: string, body: object) =>
    client.request('PATCH', pathOf(this.namespace, plural, name), { body, headers: { 'content-type': 'application/merge-patch+json' } })
  async list(plural: string): Promise<readonly Stored[]> {
    const { items } = await client.request<{ items: readonly Stored[] }>('GET', pathOf(this.namespace, plural))
    return items
  }
  /** What there is when nothing changes any more, of these kinds. */
  async settled(...plurals: readonly string[]): Promise<Record<string, unknown>> {
    let last = ''
    for (;;) {
      const found = await Promise.all(plurals.map((plural) => this.list(plural)))
      const text = JSON.stringify(found)
      if (text === last)
        return Object.fromEntries(
          plurals.map((plural, index) => [plural, sorted(plural, found[index]!).map((object) => ordered(neutral(shown(plural, object))))]),
        )
      last = text
      await sleep(QUIET)
    }
  }
}

/** By what they are and not by their random names. */
const sorted = (plural: string, objects: readonly Stored[]): readonly Stored[] => {
  const key = (object: Stored) => JSON.stringify(ordered(neutral(shown(plural, object))))
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

const template = (app: string, image = 'web:1', more: object = {}, podMore: object = {}) => ({
  metadata: { labels: { app }, ...podMore },
  spec: { containers: [{ name: 'c', image, ports: [{ name: 'http', containerPort: 80 }] }], ...more },
})
const workload = (kind: string, name: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
})
const job = (name: string, spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: template(name, 'job:1', { restartPolicy: 'Never' }), ...spec },
})
/** No node has such a label, so that the pods never come to run. */
const nowhere = { nodeSelector: { no: 'where' } }

const STORIES: Readonly<Record<string, (stage: Stage) => AsyncGenerator<readonly [step: string, found: unknown]>>> = {
  async *deployment(stage) {
    const see = () => stage.settled('deployments', 'replicasets', 'pods')
    await stage.create('deployments', workload('Deployment', 'web', { replicas: 3 }))
    yield ['created', await see()]
    await stage.patch('deployments', 'web', { spec: { template: { metadata: { labels: { tier: 'a' } } } } })
    yield ['another template', await see()]
    await client.request('PATCH', `${pathOf(stage.namespace, 'deployments', 'web')}/scale`, {
      body: { spec: { replicas: 5 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    yield ['scaled up', await see()]
    await stage.patch('deployments', 'web', { spec: { replicas: 1 } })
    yield ['scaled down', await see()]
    await stage.patch('deployments', 'web', { spec: { template: { metadata: { labels: { tier: null } } } } })
    yield ['rolled back', await see()]
    await stage.patch('deployments', 'web', { spec: { replicas: 0 } })
    yield ['scaled to nothing', await see()]
  },
  async *'stuck deployment'(stage) {
    const see = () => stage.settled('deployments', 'replicasets', 'pods')
    await stage.create('deployments', workload('Deployment', 'web', { replicas: 4, progressDeadlineSeconds: 2 }))
    await see()
    await stage.patch('deployments', 'web', { spec: { template: template('web', 'web:2', nowhere) } })
    await sleep(4_000)
    yield ['stuck', await see()]
    await stage.patch('deployments', 'web', { spec: { replicas: 8 } })
    // More pods are a sign of progress, from which the deadline runs anew.
    await sleep(4_000)
    yield ['scaled while stuck', await see()]
    await stage.patch('deployments', 'web', {
      spec: { template: { spec: { nodeSelector: null, containers: template('web').spec.containers } } },
    })
    yield ['rolled back', await see()]
  },
  async *'deployments of other strategies'(stage) {
    const see = () => stage.settled('deployments', 'replicasets', 'pods')
    await stage.create(
      'deployments',
      workload('Deployment', 'web', { replicas: 2, strategy: { type: 'Recreate' }, revisionHistoryLimit: 1 }),
    )
    await see()
    for (const image of ['web:2', 'web:3']) {
      await stage.patch('deployments', 'web', { spec: { template: template('web', image) } })
      await see()
    }
    yield ['recreated, with one old template kept', await see()]
    await stage.patch('deployments', 'web', { spec: { paused: true, template: template('web', 'web:4') } })
    yield ['paused', await see()]
    await stage.patch('deployments', 'web', { spec: { paused: null } })
    yield ['resumed', await see()]
  },
  async *'a deployment without room to move'(stage) {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
    await stage.create('deployments', workload('Deployment', 'web', { replicas: 3, strategy }))
    await stage.settled('deployments', 'pods')
    await stage.patch('deployments', 'web', { spec: { template: template('web', 'web:2') } })
    yield ['rolled', await stage.settled('deployments', 'replicasets', 'pods')]
  },
  async *job(stage) {
    await stage.create('jobs', job('once'))
    await stage.create('jobs', job('thrice', { completions: 3, parallelism: 2 }))
    await stage.create('jobs', job('indexed', { completions: 3, parallelism: 3, completionMode: 'Indexed' }))
    await stage.create('jobs', job('suspended', { suspend: true }))
    await stage.create('jobs', {
      ...job('stuck', { activeDeadlineSeconds: 2 }),
      spec: { activeDeadlineSeconds: 2, template: template('stuck', 'job:1', { restartPolicy: 'Never', ...nowhere }) },
    })
    await sleep(4_000)
    yield ['created', await stage.settled('jobs')]
    await stage.patch('jobs', 'suspended', { spec: { suspend: false } })
    yield ['resumed', await stage.settled('jobs')]
  },
  async *'stateful set'(stage) {
    const see = () => stage.settled('statefulsets', 'pods', 'controllerrevisions')
    await stage.create('statefulsets', workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }))
    yield ['created', await see()]
    await stage.patch('statefulsets', 'db', { spec: { replicas: 3 } })
    yield ['scaled up', await see()]
    await stage.patch('statefulsets', 'db', {
      spec: { updateStrategy: { rollingUpdate: { partition: 2 } }, template: template('db', 'web:2') },
    })
    yield ['rolled to a part', await see()]
    await stage.patch('statefulsets', 'db', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } })
    yield ['rolled', await see()]
    await stage.patch('statefulsets', 'db', { spec: { replicas: 1, template: template('db') } })
    yield ['scaled down and rolled back', await see()]
  },
  async *'daemon set'(stage) {
    const see = () => stage.settled('daemonsets', 'pods', 'controllerrevisions')
    await stage.create('daemonsets', workload('DaemonSet', 'agent', {}))
    yield ['created', await see()]
    await stage.patch('daemonsets', 'agent', { spec: { template: template('agent', 'web:2') } })
    yield ['rolled', await see()]
    await stage.patch('daemonsets', 'agent', { spec: { template: { spec: nowhere } } })
    yield ['nowhere', await see()]
  },
  async *service(stage) {
    const see = () => stage.settled('endpointslices', 'endpoints', 'poddisruptionbudgets')
    const ports = [{ name: 'http', port: 8080, targetPort: 'http' }]
    await stage.create('services', { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports } })
    await stage.create('services', {
      metadata: { name: 'headless' },
      spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80 }] },
    })
    await stage.create('poddisruptionbudgets', {
      metadata: { name: 'min' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    })
    await stage.create('poddisruptionbudgets', {
      metadata: { name: 'max' },
      spec: { maxUnavailable: '50%', selector: { matchLabels: { app: 'web' } } },
    })
    yield ['before there are pods', await see()]
    await stage.create('deployments', workload('Deployment', 'web', { replicas: 2 }))
    yield ['with two pods', await see()]
    await stage.patch('deployments', 'web', { spec: { replicas: 0 } })
    yield ['without pods', await see()]
  },
}

for (const [title, story] of Object.entries(STORIES)) {
  test(`${title}: each step ends as it does on a cluster`, { timeout: 300_000 }, async () => {
    const namespace = `w-${title.replaceAll(' ', '-')}-${Date.now()}`
    await client.request('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } })
    const found: Record<string, unknown> = {}
    for await (const [step, state] of story(new Stage(namespace))) found[step] = state
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(`fixtures/workloads-${title.replaceAll(' ', '-')}.json`)
  })
}
