// `kubewright gc restore`: what was deleted comes back.
import { ConfigMap, Job, Pod, Secret, Service } from '@kubewright/client'
import { isAlreadyExists } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy } from '@kubewright/operator-gc'
import { consistently } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { BackupSite, policyName } from './gc-backup-site.ts'
import { installGcKinds } from './gc-site.ts'
import { useCluster } from './harness.ts'

const bench = useCluster()
installGcKinds(bench)

async function workingSite(): Promise<BackupSite> {
  const site = await BackupSite.of(bench)
  site.run()
  return site
}

test('lists what there is, and takes what filters take', async () => {
  const site = await workingSite()
  for (const name of ['a', 'b']) await site.create(ConfigMap, name)
  await site.collect(ConfigMap)
  const list = async (...args: readonly string[]) => {
    const { code, stdout } = await site.kubewright('--list', '--output', 'json', ...args)
    expect(code).toBe(0)
    return (JSON.parse(stdout) as { backups: { name: string }[] }).backups.map(({ name }) => name).sort()
  }
  const { stdout } = await site.kubewright('--list')
  expect(stdout).toMatch(/DELETED +OBJECT +POLICY +KEPT UNTIL +BACKUP\n.*ConfigMap test-\d+\/[ab] +test-\d+\/keeps-configmaps/)
  expect(await list('--since', '1h')).toEqual(['a', 'b'])
  expect(await list('--policy', policyName(ConfigMap), '--kind', 'configmap')).toEqual(['a', 'b'])
  expect(await list('--policy', 'other')).toEqual([])
  expect(await list('--since', '2099-01-01T00:00:00Z')).toEqual([])
  expect(await list('configmap/a')).toEqual(['a'])
  expect(await list('-A', '--policy', `${site.namespace}/${policyName(ConfigMap)}`)).toEqual(['a', 'b'])
})

test('what is restored is what it was, and the policy that is still there does not delete it again', async () => {
  const site = await workingSite()
  await site.create(ConfigMap, 'a', { data: { key: 'value' } }, { labels: { app: 'go' }, annotations: { note: 'n' } })
  await site.policy(ConfigMap)
  await site.gone(ConfigMap)
  const dry = await site.kubewright('configmap/a', '--dry-run')
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`ConfigMap ${site.namespace}/a would be restored`) as unknown })
  expect(dry.stdout).toContain('+ /metadata/annotations/gc.kubewright.dev~1keep-until')
  expect(await site.left(ConfigMap)).toEqual([])
  expect(await site.restore('configmap/a')).toMatchObject({ code: 0, told: [{ kind: 'ConfigMap', name: 'a', result: 'restored' }] })
  expect(await site.get(ConfigMap, 'a')).toMatchObject({
    data: { key: 'value' },
    metadata: { labels: { app: 'go' }, annotations: { note: 'n' } },
  })
  await consistently(async () => expect(await site.left(ConfigMap)).toEqual(['a']), 3_000, 500)
})

test('S13: what is there is left alone, and becomes as it was with --replace', async () => {
  const site = await workingSite()
  await site.create(ConfigMap, 'a', { data: { key: 'old' } })
  await site.collect(ConfigMap)
  await site.create(ConfigMap, 'a', { data: { key: 'new' } })
  const refused = await site.restore('configmap/a')
  expect(refused).toMatchObject({ code: 1, told: [{ result: 'failed', why: expect.stringContaining('--replace') as unknown }] })
  const dry = await site.kubewright('configmap/a', '--replace', '--dry-run')
  expect(dry.stdout).toContain('~ /data/key: "new" → "old"')
  expect(await site.restore('configmap/a', '--replace')).toMatchObject({ code: 0, told: [{ result: 'replaced' }] })
  expect(await site.get(ConfigMap, 'a')).toMatchObject({ data: { key: 'old' } })
})

test('S13: owners come before what they own, which names them by their new uid; owners that are gone are left out', async () => {
  const site = await workingSite()
  const ownedBy = async (name: string, labels: Record<string, string> = { app: 'go' }) => {
    const { uid = '' } = (await site.create(Secret, name, {}, { labels })).metadata
    return { labels: { app: 'go' }, ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name, uid }] }
  }
  await site.create(ConfigMap, 'child', {}, await ownedBy('z-owner'))
  await site.create(ConfigMap, 'orphan', {}, await ownedBy('mortal', {}))
  await site.create(ConfigMap, 'ward', {}, await ownedBy('alive', {}))
  for (const kind of [ConfigMap, Secret]) await site.collect(kind)
  await (await site.resource(Secret)).delete({ namespace: site.namespace, name: 'mortal' })
  const { code, told } = await site.restore('--all')
  expect(code).toBe(0)
  const names = told.map(({ name }) => name)
  expect(names.indexOf('z-owner')).toBeLessThan(names.indexOf('child'))
  expect(told.find(({ name }) => name === 'orphan')!.notes.join()).toContain('its owner Secret "mortal" is gone')
  const uidOf = async (name: string) => (await site.get(Secret, name)).metadata.uid
  const ownersOf = async (name: string) => (await site.get(ConfigMap, name)).metadata.ownerReferences
  expect(await ownersOf('child')).toMatchObject([{ name: 'z-owner', uid: await uidOf('z-owner') }])
  expect(await ownersOf('ward')).toMatchObject([{ name: 'alive', uid: await uidOf('alive') }])
  expect(await ownersOf('orphan')).toBeUndefined()
})

test('S13: into another namespace; into one that is gone it says how', async () => {
  const site = await workingSite()
  const other = await bench.namespace()
  await site.create(ConfigMap, 'a', { data: { key: 'value' } })
  await site.collect(ConfigMap)
  const nowhere = await site.restore('configmap/a', '--namespace-to', 'nowhere')
  expect(nowhere).toMatchObject({ code: 1, told: [{ result: 'failed', why: expect.stringContaining('--namespace-to') as unknown }] })
  expect(await site.restore('configmap/a', '--namespace-to', other)).toMatchObject({ code: 0 })
  expect(await (await site.resource(ConfigMap)).get({ namespace: other, name: 'a' })).toMatchObject({ data: { key: 'value' } })
})

test('what the cluster has written into specs is made anew, and stays as it is with --replace', async () => {
  const site = await workingSite()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
  await site.create(Service, 's', { spec: { ports: [{ port: 80 }], selector: { app: 'x' } } })
  await site.create(Job, 'j', { spec: { template } })
  for (const kind of [Service, Job]) await site.collect(kind)
  const { code, told } = await site.restore('--all')
  expect({ code, told: told.map(({ kind, result, why }) => `${kind} ${why ?? result}`).sort() }).toEqual({
    code: 0,
    told: ['Job restored', 'Service restored'],
  })
  expect(await site.get(Service, 's')).toMatchObject({ spec: { clusterIP: expect.stringMatching(/^\d+\./) as unknown } })
  const replaced = await site.restore('--all', '--replace')
  expect({ code: replaced.code, results: replaced.told.map(({ result, why }) => why ?? result) }).toEqual({
    code: 0,
    results: ['replaced', 'replaced'],
  })
})

test('what had ended does not run again unless it is asked for', async () => {
  const site = await workingSite()
  await serviceAccount(site.namespace)
  await site.create(Pod, 'ended', { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } })
  const failed = { type: 'merge', body: { status: { phase: 'Failed', reason: 'Evicted' } } } as const
  await (await site.resource(Pod)).patch({ namespace: site.namespace, name: 'ended' }, failed, { subresource: 'status' })
  await site.collect(Pod, { behavior: { owned: 'Delete', gracePeriodSeconds: 0 } })
  expect(await site.restore('pod/ended')).toMatchObject({
    code: 1,
    told: [{ result: 'failed', why: 'it had ended (Failed), and would run again: with --run-again it does' }],
  })
  expect(await site.restore('pod/ended', '--run-again')).toMatchObject({ code: 0, told: [{ result: 'restored' }] })
})

test('a backup that somebody else may have made is not trusted with another namespace', async () => {
  const [victim, home] = [await BackupSite.of(bench), await BackupSite.of(bench)]
  await victim.create(ConfigMap, 'a')
  home.run({ backupNamespace: home.namespace }, { everywhere: true })
  const policies = await bench.client.resource(ClusterGarbageCollectionPolicy)
  const name = `of-${victim.namespace}`
  const targetResource = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespaces: [victim.namespace],
    labelSelector: { matchLabels: { app: 'go' } },
  }
  const spec = { targetResource, ttl: { secondsAfterCreation: 1 }, backup: {} }
  await policies.create(ClusterGarbageCollectionPolicy.of({ metadata: { name }, spec }))
  await victim.gone(ConfigMap)
  await policies.delete({ name })
  expect(await home.backups(Secret)).toHaveLength(1)
  const refused = await home.restore('--all', '-A', '--policy', name)
  const mend = expect.stringContaining(`--backup-namespace ${home.namespace}`) as unknown
  expect(refused).toMatchObject({ code: 1, told: [{ result: 'failed', why: mend }] })
  expect(await home.restore('--all', '--backup-namespace', home.namespace)).toMatchObject({ code: 0, told: [{ result: 'restored' }] })
  expect(await victim.left(ConfigMap)).toEqual(['a'])
})

test('a Secret comes back with its values, and nothing that is printed has them', async () => {
  const site = await workingSite()
  const data = { password: Buffer.from('hunter2hunter2').toString('base64') }
  await site.create(Secret, 's', { data })
  await site.collect(Secret)
  await site.create(Secret, 's', { data: { password: Buffer.from('other').toString('base64') } })
  const said = [
    await site.kubewright('secret/s', '--replace', '--dry-run'),
    await site.kubewright('secret/s', '--replace', '--dry-run', '--output', 'json'),
    await site.kubewright('secret/s', '--replace', '--output', 'json'),
  ]
  expect(said.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(said[0]!.stdout).toMatch(/~ \/data\/password: \(\d+ characters\) → \(\d+ characters\)/)
  for (const { stdout, stderr } of said) expect(stdout + stderr).not.toMatch(/hunter2|aHVudGVy|b3RoZX/)
  expect(await site.get(Secret, 's')).toMatchObject({ data })
})

test.each<[string, readonly string[], RegExp, number]>([
  ['nothing named', [], /say what to restore/, 2],
  ['names and --all', ['configmap/a', '--all'], /exclude each other/, 2],
  ['two scopes', ['--all', '-A', '-n', 'x'], /exclude each other/, 2],
  ['no duration', ['--all', '--keep-for', 'soon'], /--keep-for/, 2],
  ['no time', ['--all', '--since', 'yesterday'], /--since/, 2],
  ['nothing of that name', ['configmap/never-was', '-n', 'default'], /there is no backup of configmap\/never-was in namespace default/, 1],
])('%s is refused with the mend', async (_, args, why, code) => {
  const answer = await (await BackupSite.of(bench)).kubewright(...args)
  expect(answer).toMatchObject({ code, stderr: expect.stringMatching(why) as unknown })
})

/** The real server takes no Pod without one, and nothing makes it there. */
async function serviceAccount(namespace: string): Promise<void> {
  try {
    await bench.client.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
