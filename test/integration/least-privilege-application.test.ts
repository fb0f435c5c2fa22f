// The Application operator as the built program, with exactly the roles that its manifests print: everything that it can do is done, no request is refused,
// and no right is left over. Without the controllers behind the server, whose part in a rollout the test plays.
import { autoscalingV2, CustomResourceDefinition, Deployment, Ingress, policyV1, Secret, Service } from '@kubewright/client'
import { Application } from '@kubewright/operator-application'
import { eventually, type FaultProxy, faultProxy } from '@kubewright/testing'
import { ROTATE_ANNOTATION } from '@kubewright/webhook'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { Applications } from './application-site.ts'
import { useCluster } from './harness.ts'
import { auditLog, type Installation, InstalledOperator, printedManifests } from './installed-operator.ts'
import { test } from './program.ts'
import { type Wire, wire } from './wire.ts'

const audit = auditLog()
const isReal = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real'
const bench = useCluster({
  apiServerFlags: [...audit.flags, ...(isReal ? ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] : [])],
})

let admin: Wire
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const printed = await printedManifests<CustomResourceDefinition>('application', '--only', 'crds')
  for (const definition of printed) await definitions.create(definition)
  await eventually(() => bench.client.request('GET', '/apis/apps.kubewright.dev/v1/applications'))
  bench.client.discovery.invalidate()
})
afterAll(() => {
  admin[Symbol.dispose]()
  audit.dispose()
})

const IMAGE = 'docker.io/library/nginx:1.29'
const BUDGET = 120_000

const install = (namespace: string, roles: readonly string[], more: Partial<Installation> = {}) =>
  InstalledOperator.install(bench, admin, audit, { operator: 'application', namespace, roles, ...more })

const runApplication = ({ kubeconfig }: InstalledOperator, ...more: readonly string[]) => [
  'run',
  'application',
  '--kubeconfig',
  kubeconfig,
  '--metrics-bind-address',
  '0',
  '--health-probe-bind-address',
  '0',
  '--log-format',
  'json',
  ...more,
]

/** A network that makes the server look like one of before streaming lists: there, caches list. */
async function oldServer(): Promise<FaultProxy> {
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  proxy.inject({ is: 'status', code: 422 }, { parameter: 'sendInitialEvents' })
  return proxy
}

const everything = {
  image: IMAGE,
  replicas: 2,
  rollbackOnFailure: true,
  ports: [{ port: 80 }],
  config: { A: '1' },
  ingress: { hosts: [{ host: 'shop.example' }] },
  podDisruptionBudget: { maxUnavailable: 1 },
}
const AUTOSCALING = { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 }

test('every feature, with its own roles alone: nothing is refused, and nothing is left over', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const roles = ['', 'webhooks'] as const
  const operator = await install(namespace, roles, { through: await oldServer() })
  const port = await freePort()
  const program = kubewright(
    runApplication(operator, '--leader-elect', '--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)),
  )
  const applications = new Applications(bench, namespace)
  const Beta = Application.inVersion('v1beta1')
  const betas = await bench.client.resource(Beta)
  // Asked are the hooks and the converter, and until they are the API server says that nobody answers.
  await eventually(() => betas.create(Beta.of({ metadata: { namespace, name: 'beta' }, spec: { image: IMAGE, replicas: 1, port: 80 } })), {
    timeout: BUDGET,
  })
  await eventually(async () => expect((await betas.get(applications.at('beta'))).status).toMatchObject({ phase: 'Pending' }))

  await applications.ready('shop', everything)
  await eventually(() => applications.get(Ingress, 'shop'))
  await eventually(() => applications.get(policyV1.PodDisruptionBudget, 'shop'))
  // A failed rollout is taken back, by what its ControllerRevision says.
  const stable = await applications.revision('shop')
  await applications.change('shop', { image: `${IMAGE}-broken`, config: { A: '2' } })
  await eventually(async () => expect(await applications.revision('shop')).not.toBe(stable))
  await applications.stall('shop')
  await eventually(async () => expect(await applications.condition('shop', 'Ready')).toMatchObject({ reason: 'RolledBack' }))
  await applications.rollOut('shop')
  await applications.change('shop', { autoscaling: AUTOSCALING })
  await eventually(() => applications.get(autoscalingV2.HorizontalPodAutoscaler, 'shop'))
  // Twice, so that what is told of it is an event that has been there before.
  for (let round = 0; round < 2; round++) {
    const nothing = { ports: null, ingress: null, podDisruptionBudget: null, autoscaling: null, config: null, rollbackOnFailure: false }
    await applications.change('shop', { image: IMAGE, ...nothing })
    await eventually(async () => expect(await applications.find(Service, 'shop')).toBeUndefined())
    await eventually(async () => expect(await applications.find(policyV1.PodDisruptionBudget, 'shop')).toBeUndefined())
    await applications.rollOut('shop')
    await applications.change('shop', { ...everything, autoscaling: AUTOSCALING })
    await eventually(() => applications.get(policyV1.PodDisruptionBudget, 'shop'))
  }
  const secrets = await bench.client.resource(Secret)
  const certificates = { namespace, name: 'kubewright-application-certificates' }
  await secrets.patch(certificates, { type: 'merge', body: { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } } })

  await operator.usedExactly({
    // Asked by an admission plugin, and not by a request: the next test is without it.
    'update applications.apps.kubewright.dev/finalizers': 'blocking owner references',
  })
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  operator.refusedNothing()
  await bench.client.request('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-application')
  await bench.client.request('DELETE', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/kubewright-application')
}, 180_000)

test('where blocking owner references are checked, nothing can be made without the right to set them', async ({ kubewright, skip }) => {
  if (!isReal) skip('the embedded API server has no OwnerReferencesPermissionEnforcement')
  const namespace = await bench.namespace()
  const operator = await install(namespace, [''], { without: 'applications/finalizers' })
  kubewright(runApplication(operator, '--no-webhooks'))
  const applications = new Applications(bench, namespace)
  await applications.create('shop', { image: IMAGE })
  await eventually(
    async () =>
      expect(await applications.condition('shop', 'Ready')).toMatchObject({
        message: expect.stringContaining('blockOwnerDeletion') as string,
      }),
    { timeout: BUDGET },
  )
  expect(await applications.find(Deployment, 'shop')).toBeUndefined()
}, 120_000)

describe('replicas that share, each with the roles for it', () => {
  const QUICK = [
    '--leader-election-lease-duration',
    '3s',
    '--leader-election-renew-deadline',
    '2s',
    '--leader-election-retry-period',
    '500ms',
  ]
  const on = (resource: string, ...verbs: readonly string[]) => verbs.map((verb) => `${verb} ${resource}`)
  const LEASES = on('leases.coordination.k8s.io', 'create', 'get', 'list', 'update', 'watch')
  /** The Lease of a dead member stays for a minute, for whoever looks for the reason. */
  const CLEARED = { rights: on('leases.coordination.k8s.io', 'delete'), within: 120_000 }

  interface Filter {
    readonly filter: string
    readonly roles: readonly string[]
    readonly rights: readonly string[]
    readonly within?: number
  }

  // By label, "get" is for controllers with `onDeleted`, which ask whether an object that has lost its label is gone. Who may list sees no more by it.
  test.for<Filter>([
    { filter: 'none', roles: [], ...CLEARED },
    { filter: 'server', roles: ['shards-server'], rights: on('namespaces', 'list', 'watch') },
    { filter: 'label', roles: ['shards-label'], rights: on('applications.apps.kubewright.dev', 'list', 'patch', 'watch') },
  ])(
    '--shard-filter $filter: one goes, the other has its share, and every right is used',
    { timeout: 240_000 },
    async (given, { kubewright }) => {
      const { filter, roles, rights, within = BUDGET } = given
      const namespace = await bench.namespace()
      const operator = await install(namespace, ['', 'shards', ...roles], { through: await oldServer() })
      const start = () => kubewright(runApplication(operator, '--no-webhooks', '--shards', '--shard-filter', filter, ...QUICK))
      const applications = new Applications(bench, namespace)
      const makeAll = async (from: number) => {
        const names = Array.from({ length: 6 }, (_, index) => `shop-${from + index}`)
        for (const name of names) await applications.create(name, { image: IMAGE })
        for (const name of names) await eventually(() => applications.get(Deployment, name), { timeout: BUDGET })
      }
      const [one, other] = [start(), start()]
      await makeAll(0)
      one.kill('SIGKILL')
      await one.ended
      await makeAll(6)
      await loseLabels(applications, 'shop-0')
      const left = () => [...LEASES, ...rights].filter((right) => right !== LEASES[1] && operator.unused().includes(right))
      await eventually(() => expect(left()).toEqual([]), { timeout: within, interval: 250 })
      // Who leaves reads its Lease once more, to give it back.
      other.kill('SIGTERM')
      expect(await other.ended).toBe(0)
      expect(operator.unused()).not.toContain(LEASES[1])
      operator.refusedNothing()
      expect(await operator.may('list', { group: 'coordination.k8s.io', resource: 'leases', namespace: 'default' })).toBe(false)
    },
  )

  /** As a person might do with a tool that knows nothing of them. */
  async function loseLabels(applications: Applications, name: string): Promise<void> {
    const { labels = {} } = (await applications.get(Application, name)).metadata
    await applications.change(name, {}, { labels: Object.fromEntries(Object.keys(labels).map((label) => [label, null])) })
  }
})
