// The sweeper on the caches of a manager, before an API server in this process.
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { ConfigMap, createManager, formatTime, type KubeObject, Secret, silentLogger } from 'kubewright'
import { eventually, startTestCluster, type TestCluster } from 'kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BACKUP_TYPE, type BackupRecord, metadataOf, storedPart } from './record.ts'
import { clusterShelf } from './shelf.ts'
import { cacheStores } from './stores.ts'
import { sweepBackups } from './sweeper.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startTestCluster({ server: 'embedded' })
}, 60_000)
afterAll(() => cluster.stop())

async function keep(name: string, expiresAt: number, namespace = 'default'): Promise<void> {
  const record: BackupRecord = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace,
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    policy: 'p',
    policyUid: 'uid',
    takenAt: formatTime(0),
    expiresAt: formatTime(expiresAt),
    part: 0,
    parts: 1,
    sha256: 'a'.repeat(64),
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', type: BACKUP_TYPE, metadata: { ...metadataOf(record), namespace } }
  await (await cluster.client().resource<KubeObject>(Secret)).create(secret)
}

async function left(namespace = 'default'): Promise<readonly string[]> {
  const { items } = await (await cluster.client().resource<KubeObject>(Secret)).list({ namespace })
  return items.flatMap((object) => storedPart('Secret', object)?.record.name ?? [])
}

/** Runs `use` with the cache of a manager that works in these namespaces. */
async function withManager(
  namespaces: readonly string[],
  use: (manager: ReturnType<typeof createManager>) => Promise<void>,
): Promise<void> {
  const manager = createManager({ client: cluster.client(), log: silentLogger, namespaces })
  const stop = new AbortController()
  const running = manager.run(stop.signal)
  try {
    await use(manager)
  } finally {
    stop.abort(new Error('the test is over'))
    await running
  }
}

test('what is read is the metadata of all backups and of nothing else, and no watch is left behind', async () => {
  await keep('seen', Date.UTC(2099, 0, 1))
  await (await cluster.client().resource(ConfigMap)).create({ metadata: { namespace: 'default', name: 'other' } })
  await withManager(['default'], async ({ cache }) => {
    const stores = cacheStores(cache)
    const { signal } = new AbortController()
    const secrets = await stores.parts('Secret', signal)
    expect(secrets.map((object) => storedPart('Secret', object)?.record.name)).toEqual(['seen'])
    expect(secrets[0]).not.toHaveProperty('data')
    expect(await stores.parts('ConfigMap', signal)).toEqual([])
    expect(cache.informers().filter(({ kind }) => kind === 'Secret.v1')).toEqual([])
  })
})

test('a backup whose time is over is deleted in the namespaces of the operator, and elsewhere it is not', async () => {
  await (await cluster.client().resource<KubeObject>({ group: '', version: 'v1', kind: 'Namespace' })).create({
    metadata: { name: 'elsewhere' },
  })
  const clock = virtualClock()
  await keep('over', clock.now() - 1_000)
  await keep('over-there', clock.now() - 1_000, 'elsewhere')
  await withManager(['default'], async ({ cache, client }) => {
    const stop = new AbortController()
    const sweeping = sweepBackups(
      { client, shelves: [clusterShelf(client, cacheStores(cache))], clock, log: silentLogger, mayAct: () => true },
      stop.signal,
    )
    await clock.advance(60_000)
    await eventually(async () => expect(await left()).toEqual(['seen']))
    expect(await left('elsewhere')).toEqual(['over-there'])
    stop.abort(new Error('the test is over'))
    await sweeping
  })
})

test('who gives up waiting does not take what was seen so far for all', async () => {
  await withManager(['default'], async ({ cache }) => {
    await expect(cacheStores(cache).parts('Secret', AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping')
  })
})
