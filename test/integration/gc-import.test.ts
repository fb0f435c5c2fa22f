// `kubewright import`: what comes out of other programs' manifests is what an API server takes and the operator understands.
import { dirname, join } from 'node:path'
import type { KubeObject } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { beforeAll, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { run } from './program.ts'

const bench = useCluster()
const samples = join(dirname(dirname(import.meta.dirname)), 'operators', 'gc', 'src', 'import', 'samples')

beforeAll(async () => {
  for (const kind of [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]) await installKind(bench.client, kind)
  const namespaces = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }
  await bench.client.request('POST', '/api/v1/namespaces', { body: namespaces })
})

const parsed = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject)

test.each<[string, number, number]>([
  ['zen-gc', 3, 5],
  ['kube-janitor', 6, 6],
  ['kyverno', 7, 2],
])('%s: every policy that comes out is taken by the server as it is', async (name, policies, warnings) => {
  const { code, stdout, stderr } = await run(['import', join(samples, `${name}.yaml`)])
  expect(code).toBe(0)
  const objects = parsed(stdout)
  expect(objects).toHaveLength(policies)
  expect(stderr.split('\n').length).toBeGreaterThanOrEqual(warnings)
  for (const object of objects) {
    const kind = object.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy : ClusterGarbageCollectionPolicy
    const created = await (await bench.client.resource(kind)).create(object as never, { dryRun: true, fieldValidation: 'Strict' })
    expect(created.spec.targetResource).toMatchObject((object as typeof created).spec.targetResource)
  }
})

test('a ConfigMap with a rules file, on standard input', async () => {
  const rules = { rules: [{ id: 'pr', resources: ['deployments'], jmespath: "starts_with(metadata.name, 'pr-')", ttl: '4h' }] }
  const input = stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'janitor' }, data: { 'rules.yaml': stringify(rules) } })
  const { code, stdout, stderr } = await run(['import', '-'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(parsed(stdout)).toMatchObject([
    { kind: 'ClusterGarbageCollectionPolicy', metadata: { name: 'pr' }, spec: { ttl: { secondsAfterCreation: 14_400 } } },
  ])
})

test('what nobody knows is told by name, and nothing converted is a failure', async () => {
  const { code, stdout, stderr } = await run(['import', '-'], { input: 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n' })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/warning: standard input: Service web: left out/)
  expect(stderr).toMatch(/nothing was converted; manifests of these can be: .*zen-gc/)
})

test('broken YAML names its place', async () => {
  const { code, stderr } = await run(['import', '-'], { input: 'a: [1\n' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/standard input is no YAML/)
})
