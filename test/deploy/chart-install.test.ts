// The chart's life in a cluster, with both majors of Helm: what it installs it upgrades, takes back and takes away, and what is the users' stays.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CustomResourceDefinition, Deployment } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useCluster } from '../integration/harness.ts'
import { CHART, HELMS, type HelmName, helm, isHelmWanted, type Manifest, NO_HELM, render, type Values } from './helm.ts'

const bench = useCluster({ controllers: true })

beforeEach(({ skip }) => {
  if (!isHelmWanted) skip(NO_HELM)
})

/** The chart of a later version: one more field in a kind, and one more variable in the Pods. */
let next: string
beforeAll(() => {
  next = mkdtempSync(join(tmpdir(), 'kubewright-chart-'))
  cpSync(CHART, next, { recursive: true })
  const edit = (file: string, from: string | RegExp, to: string) => {
    const text = readFileSync(join(next, file), 'utf8')
    expect(text).toMatch(from)
    writeFileSync(join(next, file), text.replace(from, to))
  }
  edit('Chart.yaml', /^version: .*$/m, 'version: 99.0.0')
  edit('templates/crds/gc.yaml', /^( +)ttl:$/m, '$1later:\n$1  type: string\n$1ttl:')
})
afterAll(() => rmSync(next, { recursive: true }))

const ALL: Values = {
  operators: Object.fromEntries(['application', 'gc', 's3', 'vault-sync', 'vault-unsealer'].map((name) => [name, { enabled: true }])),
  // The API server of this test has no way to Pods, of which there are none.
  defaults: { webhooks: { failurePolicy: 'Ignore' } },
}
const POLICY = '/apis/gc.kubewright.dev/v1alpha1/namespaces/default/garbagecollectionpolicies'
const DEFINITION = 'garbagecollectionpolicies.gc.kubewright.dev'

async function definition() {
  const crds = await bench.client.resource(CustomResourceDefinition)
  return JSON.stringify(await crds.get({ name: DEFINITION }))
}

/** Each object of the release, or `undefined` in its place when it is not there. */
async function found(manifests: readonly Manifest[]): Promise<readonly (string | undefined)[]> {
  return Promise.all(
    manifests.map(async ({ apiVersion, kind, metadata: { name, namespace } }) => {
      const [version, group = ''] = apiVersion.split('/').toReversed()
      const resource = await bench.client.resource({ group, version: version!, kind })
      const object = await resource.get({ name, ...(namespace !== undefined && { namespace }) }).catch(() => undefined)
      return object && `${kind} ${name}`
    }),
  )
}

// One after the other: a cluster has one release of it.
describe.each(HELMS)('%s', (name: HelmName) => {
  const run = async (args: readonly string[], values?: Values) => {
    const ended = await helm(name, args, { kubeconfig: bench.cluster.kubeconfigPath, ...(values && { values }) })
    if (ended.code !== 0) throw new Error(`helm ${args.join(' ')}: ${ended.stderr}`)
    return ended.stdout
  }
  const at = ['--namespace', 'operators']
  // The definitions are here since Helm 3, and its fields are another manager's to Helm 4, which applies on the server.
  const upgrade = ['upgrade', ...(name === 'helm-4.1' ? ['--force-conflicts'] : [])]
  const replicasOf = async () =>
    (await (await bench.client.resource(Deployment)).get({ namespace: 'operators', name: 'kubewright-gc' })).spec?.replicas

  test('installs everything that it renders, and says what runs', async () => {
    const told = await run(['install', 'kubewright', CHART, ...at, '--create-namespace'], ALL)
    expect(told).toContain('runs application, gc, s3, vault-sync, vault-unsealer in operators')
    bench.client.discovery.invalidate()
    const manifests = await render(ALL, name)
    expect(await found(manifests)).toEqual(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
    const body = {
      apiVersion: 'gc.kubewright.dev/v1alpha1',
      kind: 'GarbageCollectionPolicy',
      metadata: { name: 'mine' },
      spec: POLICY_SPEC,
    }
    await eventually(() => bench.client.request('POST', POLICY, { body }))
  })

  test('an upgrade upgrades the definitions too, with objects in place; a rollback takes it back', async () => {
    expect(await definition()).not.toContain('"later"')
    await run([...upgrade, 'kubewright', next, ...at], { ...ALL, defaults: { replicas: 3, webhooks: { failurePolicy: 'Ignore' } } })
    expect([await replicasOf(), (await definition()).includes('"later"')]).toEqual([3, true])
    expect(await bench.client.request('GET', `${POLICY}/mine`)).toMatchObject({ spec: POLICY_SPEC })
    await run(['rollback', ...upgrade.slice(1), 'kubewright', '1', ...at])
    expect([await replicasOf(), (await definition()).includes('"later"')]).toEqual([2, false])
    expect(await bench.client.request('GET', `${POLICY}/mine`)).toMatchObject({ spec: POLICY_SPEC })
  })

  test('what the operator fills into a definition and a configuration survives an upgrade', async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-gc'
    const bundle = Buffer.from(bench.cluster.connection.caData ?? '').toString('base64')
    await bench.client.request('PATCH', path, {
      headers: { 'content-type': 'application/json-patch+json' },
      body: [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: bundle }],
    })
    await run([...upgrade, 'kubewright', CHART, ...at], ALL)
    expect(JSON.stringify(await bench.client.request('GET', path))).toContain(bundle)
  })

  test('another release of it is refused, and changes nothing', async () => {
    const second = ['install', 'second', CHART, '--namespace', 'elsewhere', '--create-namespace']
    await expect(run(second, ALL)).rejects.toThrow(/release-name|conflict/)
    expect(await replicasOf()).toBe(2)
  })

  test('an uninstallation takes everything but the definitions, and the users’ objects stay', async () => {
    const manifests = await render(ALL, name)
    await run(['uninstall', 'kubewright', ...at])
    const kept = (each: Manifest) => each.kind === 'CustomResourceDefinition'
    await eventually(async () => expect((await found(manifests.filter((each) => !kept(each)))).filter(Boolean)).toEqual([]), {
      timeout: 60_000,
    })
    expect((await found(manifests.filter(kept))).filter(Boolean)).toHaveLength(manifests.filter(kept).length)
    expect(await bench.client.request('GET', `${POLICY}/mine`)).toMatchObject({ spec: POLICY_SPEC })
    await bench.client.request('DELETE', `${POLICY}/mine`)
  })
})

const POLICY_SPEC = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 86_400 } }
