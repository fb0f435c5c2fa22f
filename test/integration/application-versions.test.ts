// Applications in both versions, by kubectl and the built program; and what is stored in the old version, moved when the program installs its kinds.
import type { CustomResourceDefinition } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, vi } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { useCluster } from './harness.ts'
import { printedManifests } from './installed-operator.ts'
import { isKubectlWanted, Kubectl, NO_KUBECTL } from './kubectl-command.ts'
import { test } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })
const bench = useCluster()

const DEFINITION = 'applications.apps.kubewright.dev'
const IMAGE = 'docker.io/library/nginx:1.29'
const V1 = 'applications.v1.apps.kubewright.dev'
const BETA = 'applications.v1beta1.apps.kubewright.dev'

const application = (version: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: `apps.kubewright.dev/${version}`, kind: 'Application', metadata: { name }, spec })

/** The definition of a release of before: the same versions, of which the old one is stored. */
function ofBefore(definition: CustomResourceDefinition): string {
  const spec = definition.spec as { readonly versions: readonly { readonly name: string }[] }
  const versions = spec.versions.map((version) => ({ ...version, storage: version.name === 'v1beta1' }))
  return JSON.stringify({ ...definition, spec: { ...spec, versions } })
}

test('v1 and v1beta1 are written and read in each other, and what is stored in v1beta1 is moved to v1 without a loss', async ({
  kubewright,
  skip,
}) => {
  if (!isKubectlWanted(bench.cluster)) skip(NO_KUBECTL)
  const command = new Kubectl(bench.cluster.kubeconfigPath, await bench.namespace())
  const kubectl = (...args: readonly string[]) => command.run(args)
  const create = (manifest: string) => command.run(['create', '-f', '-'], manifest)
  const read = async (resource: string, name: string) => JSON.parse(await kubectl('get', resource, name, '-o', 'json')) as Read
  const stored = async () => JSON.parse(await kubectl('get', 'crd', DEFINITION, '-o', 'jsonpath={.status.storedVersions}')) as unknown

  const [definition] = await printedManifests<CustomResourceDefinition>('application', '--only', 'crds')
  // Under the program's name: it is the program that changes the definition later.
  await command.run(['apply', '--server-side', '--field-manager=kubewright-application', '-f', '-'], ofBefore(definition!))
  await kubectl('wait', '--for=condition=Established', `crd/${DEFINITION}`, '--timeout=20s')
  const nowhere = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0', '--log-format', 'json']
  const run = async (...more: readonly string[]) => {
    // Another every time: an address that the program said before, and says no more, is no conflict with another.
    const port = await freePort()
    const webhooks = ['--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)]
    return kubewright(['run', 'application', '--kubeconfig', bench.cluster.kubeconfigPath, ...nowhere, ...webhooks, ...more])
  }
  const before = await run()

  await eventually(() => create(application('v1beta1', 'old', { image: IMAGE, replicas: 2, port: 8080 })), {
    timeout: 60_000,
    interval: 250,
  })
  // It is stored as it was written, and converted for the first time when it is read.
  await eventually(() => read(V1, 'old'), { timeout: 60_000, interval: 250 })
  await create(application('v1', 'new', { image: IMAGE, replicas: 1, ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }], paused: true }))
  expect(await read(V1, 'old')).toMatchObject({
    apiVersion: 'apps.kubewright.dev/v1',
    spec: { replicas: 2, ports: [{ port: 8080, protocol: 'TCP' }] },
  })
  const beta = await read(BETA, 'new')
  expect([beta.apiVersion, beta.spec]).toEqual([
    'apps.kubewright.dev/v1beta1',
    { image: IMAGE, replicas: 1, strategy: 'RollingUpdate', port: 80 },
  ])
  // Each is changed in the version that it was not written in, and keeps what that version cannot say.
  await kubectl('patch', BETA, 'new', '--type=merge', '-p', '{"spec":{"replicas":4}}')
  await kubectl('patch', V1, 'old', '--type=merge', '-p', '{"spec":{"podDisruptionBudget":{"maxUnavailable":1}}}')
  await kubectl('scale', BETA, 'old', '--replicas=3')
  expect((await read(V1, 'new')).spec).toMatchObject({ replicas: 4, ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }], paused: true })
  expect((await read(V1, 'old')).spec).toMatchObject({ replicas: 3, podDisruptionBudget: { maxUnavailable: 1 } })
  expect(await kubectl('get', 'app', '--no-headers', '-o', 'name')).toBe(
    `${DEFINITION.replace('applications.', 'application.')}/new\napplication.apps.kubewright.dev/old`,
  )
  expect(await stored()).toEqual(['v1beta1'])
  before.kill('SIGTERM')
  expect(await before.ended).toBe(0)

  const after = await run('--install-crds')
  await after.says(/"objects":2,"message":"objects are moved to the stored version"/, { timeout: 60_000 })
  expect(await stored()).toEqual(['v1'])
  const specs = async () => [(await read(V1, 'old')).spec, (await read(V1, 'new')).spec]
  const whole = await specs()
  expect(whole).toMatchObject([
    { replicas: 3, podDisruptionBudget: { maxUnavailable: 1 } },
    { replicas: 4, ports: [{ port: 80 }, { port: 53 }] },
  ])
  expect((await read(BETA, 'old')).spec).toMatchObject({ image: IMAGE, port: 8080 })
  after.kill('SIGTERM')
  expect(await after.ended).toBe(0)

  // Nothing is left in the old version: it can go, with the program that knew it, and everything is there.
  const index = (definition!.spec as unknown as { versions: readonly { name: string }[] }).versions.findIndex(
    ({ name }) => name === 'v1beta1',
  )
  const without = [
    { op: 'remove', path: `/spec/versions/${index}` },
    { op: 'replace', path: '/spec/conversion', value: { strategy: 'None' } },
  ]
  await kubectl('patch', 'crd', DEFINITION, '--type=json', '-p', JSON.stringify(without))
  await eventually(async () => expect((await command.start(['get', BETA, 'old']).ended) === 0).toBe(false), { interval: 250 })
  expect(await specs()).toEqual(whole)
})

interface Read {
  readonly apiVersion: string
  readonly spec: Readonly<Record<string, unknown>>
}
