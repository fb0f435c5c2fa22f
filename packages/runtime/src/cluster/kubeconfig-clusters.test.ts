import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Program, startProgram } from '../fake/program.ts'
import { clusterName, type KubeconfigSource, kubeconfigClusters } from './kubeconfig-clusters.ts'

let folder: string
let program: Program | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubewright-clusters-'))
})
afterEach(async () => {
  await program?.stop()
  program = undefined
  await rm(folder, { recursive: true })
})

const kubeconfig = (contexts: Readonly<Record<string, number>>, current = Object.keys(contexts)[0]) =>
  JSON.stringify({
    kind: 'Config',
    'current-context': current,
    clusters: Object.entries(contexts).map(([name, port]) => ({ name, cluster: { server: `http://127.0.0.1:${port}` } })),
    contexts: Object.keys(contexts).map((name) => ({ name, context: { cluster: name } })),
  })
const put = (file: string, text: string) => writeFile(join(folder, file), text)

async function follow(source: KubeconfigSource) {
  const started = await startProgram([kubeconfigClusters(source)], { clock: virtualClock() })
  program = started
  const servers = () =>
    started.manager.clusters
      .list()
      .slice(1)
      .map(({ name, client }) => `${name} ${client.server}`)
      .sort()
  /** Files are read in real time, so that moving the clock once is not enough. */
  const become = async (expected: readonly string[]) => {
    await expect
      .poll(async () => {
        await started.clock.advance(10_000)
        return servers()
      })
      .toEqual(expected)
  }
  return { ...started, become }
}

test('clusters join, change and leave as the files of a folder do', async () => {
  await put('paris.yaml', kubeconfig({ a: 1001 }))
  await put('..data', 'what a mounted Secret has')
  await put('README.md', 'no kubeconfig')
  const { become, manager } = await follow({ folder })
  await become(['paris http://127.0.0.1:1001'])
  const before = manager.clusters.get('paris')
  await put('rome', kubeconfig({ a: 1002 }))
  await become(['paris http://127.0.0.1:1001', 'rome http://127.0.0.1:1002'])
  expect(manager.clusters.get('paris')).toBe(before)
  await put('paris.yaml', kubeconfig({ a: 1003 }))
  await become(['paris http://127.0.0.1:1003', 'rome http://127.0.0.1:1002'])
  expect(before?.signal.aborted).toBe(true)
  await rm(join(folder, 'paris.yaml'))
  await become(['rome http://127.0.0.1:1002'])
})

test('the contexts of a kubeconfig: those that are wanted, and which one is current does not matter', async () => {
  await put('config', kubeconfig({ 'admin@paris': 1001, rome: 1002, kept: 1003 }))
  const { become, manager } = await follow({ kubeconfig: join(folder, 'config'), contexts: ['admin@paris', 'rome'] })
  await become(['admin-paris http://127.0.0.1:1001', 'rome http://127.0.0.1:1002'])
  const before = manager.clusters.get('admin-paris')
  await put('config', kubeconfig({ 'admin@paris': 1001, rome: 1009 }, 'rome'))
  await become(['admin-paris http://127.0.0.1:1001', 'rome http://127.0.0.1:1009'])
  expect(manager.clusters.get('admin-paris')).toBe(before)
})

test('a file that cannot be used is told once, and the cluster that it described goes on', async () => {
  await put('paris.yaml', kubeconfig({ a: 1001 }))
  const { become, clock, said } = await follow({ folder })
  await become(['paris http://127.0.0.1:1001'])
  await put('paris.yaml', 'half written: [')
  await put('Not_A_Label.yaml', kubeconfig({ a: 1002 }))
  await expect
    .poll(async () => {
      await clock.advance(10_000)
      return said('warn').length
    })
    .toBe(2)
  for (let round = 0; round < 5; round++) await clock.advance(10_000)
  await become(['paris http://127.0.0.1:1001'])
  expect(said('warn')).toHaveLength(2)
})

test('what cannot be read in a folder, a folder in it as well, keeps no other cluster away', async () => {
  await put('paris.yaml', kubeconfig({ a: 1001 }))
  await mkdir(join(folder, 'backup'))
  await symlink('/nowhere', join(folder, 'dangling.yaml'))
  const { become, clock, said } = await follow({ folder })
  await become(['paris http://127.0.0.1:1001'])
  for (let round = 0; round < 5; round++) await clock.advance(10_000)
  expect(said('warn')).toEqual(['a cluster’s kubeconfig cannot be used'])
})

test('a file that is just being written, and reads as empty once, lets nobody leave', async () => {
  await put('config', kubeconfig({ paris: 1001 }))
  const { clock, manager } = await follow({ kubeconfig: join(folder, 'config') })
  await expect.poll(() => manager.clusters.get('paris')).toBeDefined()
  const before = manager.clusters.get('paris')
  await put('config', '')
  await clock.advance(10_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await put('config', kubeconfig({ paris: 1001 }))
  for (let round = 0; round < 5; round++) {
    await clock.advance(10_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(manager.clusters.get('paris')).toBe(before)
})

test('a folder that is away for a moment lets nobody leave', async () => {
  await put('paris.yaml', kubeconfig({ a: 1001 }))
  const { become, clock, said } = await follow({ folder })
  await become(['paris http://127.0.0.1:1001'])
  await rm(folder, { recursive: true })
  await expect
    .poll(async () => {
      await clock.advance(10_000)
      return said('warn').length
    })
    .toBe(1)
  await become(['paris http://127.0.0.1:1001'])
  folder = await mkdtemp(join(tmpdir(), 'kubewright-clusters-'))
})

test('two contexts, or two files, of one name are refused by both names; whichever was here goes on', async () => {
  const config = join(folder, 'config')
  await put('config', kubeconfig({ 'a@b': 1001 }))
  const { become, clock, log, manager } = await follow({ kubeconfig: config })
  await become(['a-b http://127.0.0.1:1001'])
  const before = manager.clusters.get('a-b')
  await put('config', kubeconfig({ 'a-b': 1002, 'a@b': 1001, c: 1003 }))
  await become(['a-b http://127.0.0.1:1001', 'c http://127.0.0.1:1003'])
  const told = () => log.filter(({ level }) => level === 'warn').map(({ error }) => String(error))
  await expect
    .poll(async () => {
      await clock.advance(10_000)
      return told()
    })
    .toEqual([expect.stringContaining('the contexts "a-b" and "a@b"')])
  await become(['a-b http://127.0.0.1:1001', 'c http://127.0.0.1:1003'])
  expect(manager.clusters.get('a-b')).toBe(before)
  await put('config', kubeconfig({ 'a-b': 1002, c: 1003 }))
  await become(['a-b http://127.0.0.1:1002', 'c http://127.0.0.1:1003'])
})

test('two files of one name in a folder are refused by both names', async () => {
  await put('paris.yaml', kubeconfig({ a: 1001 }))
  await put('paris.json', kubeconfig({ a: 1002 }))
  await put('rome', kubeconfig({ a: 1003 }))
  const { become, log } = await follow({ folder })
  await become(['rome http://127.0.0.1:1003'])
  expect(log.filter(({ level }) => level === 'warn').map(({ error }) => String(error))).toEqual([
    expect.stringContaining('the files paris.json and paris.yaml'),
  ])
})

test.each([
  ['paris', 'paris'],
  ['admin@paris.example', 'admin-paris-example'],
  ['arn:aws:eks:eu-west-1:1234:cluster/Prod', 'arn-aws-eks-eu-west-1-1234-cluster-prod'],
  ['-_-', ''],
])('the context %j is the cluster %j', (context, name) => {
  expect(clusterName(context)).toBe(name)
})

test('an interval of nothing is refused', () => {
  expect(() => kubeconfigClusters({ folder, interval: 0 })).toThrow('"interval" is 0 ms')
})
