// `kubewright doctor` on a cluster in which things are broken one after the other: each is found, named, and gone when it is mended.
import { formatMicroTime, type KubeObject } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { useCluster } from './harness.ts'
import { run } from './program.ts'
import { noticeProgram, userProject } from './user-program.ts'

const bench = useCluster()
const NS = 'doctor'
const GROUP = 'doctor.example.dev'

interface Check {
  readonly check: string
  readonly outcome: 'fine' | 'wrong' | 'skipped'
  readonly findings?: readonly { readonly level: string; readonly object: string; readonly problem: string; readonly mend: string }[]
  readonly why?: string
}

let module = ''
let remove = () => {}
beforeAll(async () => {
  const project = userProject({ 'main.ts': noticeProgram('x', GROUP) }, (removal) => {
    remove = removal
  })
  module = project.path('main.ts')
  await bench.client.request('POST', '/api/v1/namespaces', { body: { metadata: { name: NS } } })
})

afterAll(() => remove())

const cluster = () => ['--kubeconfig', bench.cluster.kubeconfigPath]

async function examined(...args: readonly string[]) {
  const { code, stdout, stderr } = await run(['doctor', '--module', module, '--namespace', NS, '--output', 'json', ...cluster(), ...args])
  const checks = stdout === '' ? [] : (JSON.parse(stdout) as { checks: readonly Check[] }).checks
  return { code, stderr, of: (name: string) => checks.find(({ check }) => check === name), checks }
}

const problemsOf = (check: Check | undefined) => (check?.findings ?? []).map(({ object, problem }) => `${object}: ${problem}`).join('\n')

async function apply(...objects: readonly KubeObject[]) {
  for (const object of objects) {
    const resource = await bench.client.resource({
      group: object.apiVersion!.includes('/') ? object.apiVersion!.split('/')[0]! : '',
      version: object.apiVersion!.split('/').at(-1)!,
      kind: object.kind!,
    } as never)
    const { name = '', namespace } = object.metadata
    await resource.patch({ name, namespace }, { type: 'apply', body: object, force: true }, { fieldManager: 'doctor-test' })
  }
}

async function generated(part: string, ...args: readonly string[]): Promise<readonly KubeObject[]> {
  const { stdout } = await run(['generate', part, module, '--namespace', NS, ...args])
  return parseAllDocuments(stdout).map((document) => ('toJSON' in document ? (document.toJSON() as KubeObject) : ({} as KubeObject)))
}

test('in an empty cluster the kind and its webhook are missed, and the exit code says so', async () => {
  const { code, of, stderr } = await examined()
  expect(code).toBe(1)
  expect(stderr).toMatch(/problems? found/)
  expect(of('connection')).toMatchObject({ outcome: 'fine' })
  expect(of('clock')).toMatchObject({ outcome: 'fine' })
  expect(problemsOf(of('kinds'))).toContain(`crd/notices.${GROUP}: it is not in the cluster`)
  expect(problemsOf(of('webhooks'))).toContain('validatingwebhookconfiguration/kubewright-notice: it is not in the cluster')
})

test('what generate prints, with a replica that serves and leads, is a healthy cluster; each thing that breaks is found, and gone when it is mended', async () => {
  await installAll()
  await breakEachThing()
}, 240_000)

async function installAll() {
  await apply(
    ...(await generated('crds')),
    ...(await generated('rbac')),
    ...(await generated('deployment', '--image', 'x')),
    ...(await generated('webhooks')),
  )
  await eventually(() => bench.client.request('GET', `/apis/${GROUP}/v1/notices`))
  // The Pods that no kubelet makes here: who serves, with which certificate, and who leads.
  await serve(new Authority(Date.now()))
  await apply(endpoints(true), lease(0))
  const { code, checks, stderr } = await examined()
  expect(
    checks.filter(({ outcome }) => outcome !== 'fine'),
    stderr,
  ).toEqual([])
  expect(code).toBe(0)
}

const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-notice'

async function trust(pem: string) {
  const body = [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: Buffer.from(pem).toString('base64') }]
  await bench.client.request('PATCH', CONFIGURATION, { body, headers: { 'content-type': 'application/json-patch+json' } })
}

async function keep(pair: { readonly cert: string; readonly key: string }) {
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  const metadata = { name: 'kubewright-notice-certificates', namespace: NS }
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded(pair.cert), 'tls.key': encoded(pair.key) },
  } as KubeObject)
}

async function serve(authority: Authority) {
  await trust(authority.cert)
  await keep(authority.server([`kubewright-notice.${NS}.svc`], 'notice'))
}

const endpoints = (ready: boolean) =>
  ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubewright-notice-1', namespace: NS, labels: { 'kubernetes.io/service-name': 'kubewright-notice' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready } }],
    ports: [{ name: 'webhooks', port: 9443, protocol: 'TCP' }],
  }) as KubeObject

const lease = (secondsAgo: number) =>
  ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'kubewright-notice', namespace: NS },
    spec: { holderIdentity: 'pod-1', leaseDurationSeconds: 3600, renewTime: formatMicroTime(Date.now() - secondsAgo * 1_000) },
  }) as KubeObject

async function breakEachThing() {
  const { client } = bench
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const finds = async (check: string, problem: RegExp) => {
    const result = await examined()
    expect(problemsOf(result.of(check)), JSON.stringify(result.checks)).toMatch(problem)
    expect(result.code).toBe(1)
    return result
  }

  await apply(endpoints(false))
  await finds('webhooks', /the service kubewright-notice in doctor has no Pod that is ready; this is refused: CREATE\/UPDATE of notices/)
  await apply(endpoints(true))

  await trust(new Authority(Date.now()).cert)
  await finds('webhooks', /its caBundle does not trust the certificate that notice serves/)
  const old = new Authority(Date.now() - 4_000 * 86_400_000)
  await trust(old.cert)
  await finds('webhooks', /the authority in its caBundle expired on/)
  const overdue = new Authority(Date.now())
  await serve(overdue)
  await keep(old.server(['x'], 'x'))
  await finds('certificates', /secret\/kubewright-notice-certificates -n doctor: the certificate of the webhooks expired on/)
  await serve(overdue)

  await apply(lease(7_200))
  await finds('leases', /pod-1 holds it, and has not renewed it for 2h0m\d+s: nobody does the work of notice/)
  await apply(lease(0))

  // A binding is not changed but made anew.
  const binding = `${rbac}/clusterrolebindings/kubewright-notice`
  await client.request('DELETE', binding)
  await finds('rights', new RegExp(`system:serviceaccount:doctor:kubewright-notice: may not .*list notices.${GROUP}`))
  await apply(...(await generated('deployment', '--image', 'x')))

  const metadata = { name: 'too-much' }
  await apply(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['delete'] }],
    } as KubeObject,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'too-much' },
      subjects: [{ kind: 'ServiceAccount', name: 'kubewright-notice', namespace: NS }],
    } as KubeObject,
  )
  await eventually(() => finds('unused rights', /may do what notice has no use for: delete deployments\.apps$/), { timeout: 30_000 })
  await client.request('DELETE', `${rbac}/clusterrolebindings/too-much`)

  const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/notices.${GROUP}`
  const merge = { 'content-type': 'application/merge-patch+json' }
  await client.request('PATCH', crd, { body: { spec: { names: { shortNames: ['nt'] } } }, headers: merge })
  await finds('kinds', /it is not as the program defines it: names\.shortNames is \["nt"\] and should be \[\]/)
  await client.request('PATCH', crd, { body: { spec: { names: { shortNames: null } } }, headers: merge })
  const versions = (deprecated: boolean) => [{ op: 'add', path: '/spec/versions/0/deprecated', value: deprecated }]
  const json = { 'content-type': 'application/json-patch+json' }
  await client.request('PATCH', crd, { body: versions(true), headers: json })
  await eventually(() => finds('deprecated APIs', new RegExp(`${GROUP}/v1 Notice is deprecated`)), { timeout: 30_000 })
  await client.request('PATCH', crd, { body: versions(false), headers: json })

  const healthy = await eventually(async () => {
    const result = await examined()
    // Requests for the version while it was deprecated stay in the API server's metrics.
    expect(result.checks.filter(({ check, outcome }) => outcome !== 'fine' && check !== 'deprecated APIs')).toEqual([])
    return result
  })
  expect(healthy.of('finalizers')).toMatchObject({ outcome: 'fine' })
}

test('a server that is not there is one problem, with its mend', async () => {
  const { stdout, code, stderr } = await run(['doctor', 'gc', ...cluster(), '--context', 'nowhere'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/context "nowhere"/)
})

test('an operator that is unknown is wrong usage', async () => {
  expect(await run(['doctor', 'x', ...cluster()])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/unknown operator "x"/) as string,
  })
})
