// `kubewright gc`: what policies would delete, what becomes of an object, the emergency stop.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { GarbageCollectionStop } from '@kubewright/operator-gc/tools'
import { consistently, eventually } from '@kubewright/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { startManager } from './managers.ts'
import { run } from './program.ts'

const bench = useCluster()

beforeAll(async () => {
  for (const kind of [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy, GarbageCollectionStop]) await installKind(bench.client, kind)
})

const kubewright = (...args: readonly string[]) => run([...args, '--kubeconfig', bench.cluster.kubeconfigPath])

function policyFile(namespace: string, spec: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-gc-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'policy.yaml')
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'gc.kubewright.dev/v1alpha1', kind: 'GarbageCollectionPolicy', metadata: { namespace, name: 'p' }, spec }),
  )
  return file
}

const onApp = (app: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } })
const soon = { targetResource: onApp('x'), ttl: { secondsAfterCreation: 60, fromObject: {} } }
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

async function fill(namespace: string): Promise<void> {
  const configMaps = await bench.configMaps()
  const make = (name: string, annotations: Record<string, string> = {}, app = 'x') => {
    const object = configMap(namespace, name, { labels: { app } })
    return configMaps.create({ ...object, metadata: { ...object.metadata, annotations } })
  }
  await make('plain')
  await make('later', { 'kubewright.dev/ttl': '1d' })
  await make('protected', { 'gc.kubewright.dev/protect': 'true' })
  await make('garbled', { 'kubewright.dev/ttl': 'soon' })
  await make('other', {}, 'y')
}

test('a plan tells what goes, when and why, and changes nothing', async () => {
  const namespace = await bench.namespace()
  await fill(namespace)
  const file = policyFile(namespace, soon)
  const { code, stdout, stderr } = await kubewright('gc', 'plan', '-f', file, '--at', inAnHour(), '--output', 'json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [policy] = (JSON.parse(stdout) as { policies: { objects: { name: string; fate: string; reason: string }[] }[] }).policies
  expect(policy).toMatchObject({ matched: 4, due: 1, later: 1, unreadable: 1, stays: 1 })
  expect(policy!.objects.map(({ name, fate }) => `${name} ${fate}`)).toEqual([
    'plain goes',
    'later goes',
    'garbled unreadable',
    'protected stays',
  ])
  const left = await (await bench.configMaps()).list({ namespace, labelSelector: 'app' })
  expect(namesOf(left.items)).toHaveLength(5)
  expect((await (await bench.client.resource(GarbageCollectionPolicy)).list({ namespace })).items).toEqual([])
})

test('the plan of a policy is what the operator then does', async () => {
  const namespace = await bench.namespace()
  await fill(namespace)
  const spec = { targetResource: onApp('x'), ttl: { secondsAfterCreation: 2, fromObject: {} } }
  const { stdout } = await kubewright('gc', 'plan', '-f', policyFile(namespace, spec), '--at', inAnHour(), '--output', 'json')
  const [planned] = (JSON.parse(stdout) as { policies: { objects: { name: string; fate: string; at?: string }[] }[] }).policies
  const due = planned!.objects.filter(({ fate, at }) => fate === 'goes' && Date.parse(at!) < Date.now() + 60_000).map(({ name }) => name)
  expect(due).toEqual(['plain'])
  const running = startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})), { namespaces: [namespace] })
  try {
    await (await bench.client.resource(GarbageCollectionPolicy)).create(
      GarbageCollectionPolicy.of({ metadata: { namespace, name: 'p' }, spec: spec as never }),
    )
    const left = async () => namesOf((await (await bench.configMaps()).list({ namespace, labelSelector: 'app=x' })).items)
    await eventually(async () => expect(await left()).toEqual(['garbled', 'later', 'protected']), { timeout: 15_000 })
    await consistently(async () => expect(await left()).toEqual(['garbled', 'later', 'protected']), 1_500)
  } finally {
    await running.stop()
  }
})

test('installed policies take part: one that keeps longer keeps', async () => {
  const namespace = await bench.namespace()
  await fill(namespace)
  await (await bench.client.resource(GarbageCollectionPolicy)).create(
    GarbageCollectionPolicy.of({
      metadata: { namespace, name: 'week' },
      spec: { targetResource: onApp('x'), ttl: { secondsAfterCreation: 604_800 } } as never,
    }),
  )
  const { stdout } = await kubewright('gc', 'plan', '-f', policyFile(namespace, soon), '--at', inAnHour())
  expect(stdout).toMatch(/GarbageCollectionPolicy \S+\/p: 4 matched: 0 due now/)
  expect(stdout).toMatch(/\(decided by GarbageCollectionPolicy \S+\/week\)/)
})

test('explain tells of one object: by kind, plural or short name', async () => {
  const namespace = await bench.namespace()
  await fill(namespace)
  const file = policyFile(namespace, soon)
  for (const kind of ['ConfigMap', 'configmaps', 'cm']) {
    const { stdout, code } = await kubewright('gc', 'explain', `${kind}/protected`, '-n', namespace, '-f', file)
    expect(code).toBe(0)
    expect(stdout).toContain(`ConfigMap ${namespace}/protected: stays: it carries gc.kubewright.dev/protect: "true"`)
  }
  const other = await kubewright('gc', 'explain', 'cm/other', '-n', namespace, '-f', file, '--output', 'json')
  expect(JSON.parse(other.stdout)).toMatchObject({ says: [{ is: 'other-target', reason: expect.stringContaining('label selector') }] })
})

test.each<[string, readonly string[], RegExp]>([
  ['an object that is not there', ['gc', 'explain', 'cm/nothing'], /there is no ConfigMap "nothing" in namespace/],
  ['a kind that is not there', ['gc', 'explain', 'unicorn/x'], /the server serves no kind "unicorn"/],
  ['no object', ['gc', 'explain', 'x'], /write KIND\/NAME/],
  ['a file that is not there', ['gc', 'plan', '-f', '/nowhere.yaml'], /cannot read \/nowhere\.yaml/],
  ['kinds that are none', ['gc', 'plan', '--allowed-kinds', 'namespace'], /--allowed-kinds: must be kinds/],
  ['a time that is none', ['gc', 'plan', '--at', 'noon'], /--at: "noon" is no RFC 3339 time/],
])('%s: exit code 2, and a sentence', async (_, args, says) => {
  const { code, stderr } = await kubewright(...args)
  expect(stderr).toMatch(says)
  expect(code).toBe(2)
})

test('stop stops, twice is once, the plan tells of it, and resume lets go on', async () => {
  const stops = await bench.client.resource(GarbageCollectionStop)
  expect((await kubewright('gc', 'stop', '--reason', 'looking into it')).stdout).toBe(
    'all deletions are stopped; kubewright gc resume lets them go on',
  )
  expect(namesOf((await stops.list()).items)).toEqual(['emergency-stop'])
  expect(await kubewright('gc', 'stop')).toMatchObject({ code: 0, stdout: 'all deletions were stopped already' })
  expect((await kubewright('gc', 'plan')).stdout).toContain(
    'note: all deletions are stopped by GarbageCollectionStop "emergency-stop": looking into it',
  )
  expect(await kubewright('gc', 'resume')).toMatchObject({ code: 0, stdout: 'deletions go on' })
  expect((await stops.list()).items).toEqual([])
  expect(await kubewright('gc', 'resume')).toMatchObject({ code: 0, stdout: 'deletions were not stopped' })
})

test('resume leaves the stop of somebody else, and says so', async () => {
  const stops = await bench.client.resource(GarbageCollectionStop)
  await stops.create(GarbageCollectionStop.of({ metadata: { name: 'audit' }, spec: {} }))
  onTestFinished(async () => void (await stops.delete({ name: 'audit' })))
  const { code, stderr } = await kubewright('gc', 'resume')
  expect(code).toBe(1)
  expect(stderr).toMatch(/deletions stay stopped by GarbageCollectionStop "audit"/)
})
