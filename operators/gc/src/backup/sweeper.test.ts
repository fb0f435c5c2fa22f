import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { formatTime, silentLogger } from 'kubewright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeCluster } from '../fake/fake-cluster.ts'
import { type BackupRecord, metadataOf } from './record.ts'
import { clusterShelf } from './shelf.ts'
import { sweepBackups } from './sweeper.ts'

const HOUR = 3_600_000
let clock: VirtualClock
let cluster: FakeCluster
let stop: AbortController
let running: Promise<void>
let mayAct: boolean
let unreadable: boolean
let said: string[]

beforeEach(() => {
  clock = virtualClock()
  cluster = new FakeCluster(clock)
  cluster.served.set('GarbageCollectionStop', { namespaced: true })
  stop = new AbortController()
  mayAct = true
  unreadable = false
  said = []
  const stores = {
    parts: (store: 'Secret' | 'ConfigMap') =>
      unreadable
        ? Promise.reject(new Error('secrets is forbidden'))
        : Promise.resolve(cluster.names(store).map((name) => cluster.get(store, name)!)),
  }
  const log = { ...silentLogger, info: (text: string) => said.push(text), warn: (text: string) => said.push(`WARN ${text}`) }
  running = sweepBackups(
    { client: cluster.client, shelves: [clusterShelf(cluster.client, stores)], clock, log, mayAct: () => mayAct },
    stop.signal,
  )
})

afterEach(async () => {
  stop.abort(new Error('the test is over'))
  await settle()
  await running
})

function keep(name: string, hours: number, store: 'Secret' | 'ConfigMap' = 'Secret'): void {
  const record: BackupRecord = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: name,
    resourceVersion: '1',
    policy: 'p',
    policyUid: 'uid',
    takenAt: formatTime(clock.now()),
    expiresAt: formatTime(clock.now() + hours * HOUR),
    part: 0,
    parts: 1,
    sha256: 'a'.repeat(64),
  }
  const { name: stored, ...metadata } = metadataOf(record)
  cluster.put(store, stored, metadata)
}
const left = () =>
  [...cluster.names('Secret'), ...cluster.names('ConfigMap')].map((name) => name.replace(/^gc-backup-|-[0-9a-f]{16}$/g, ''))

test('a backup goes within a quarter of an hour after its time, exactly as it was seen', async () => {
  keep('short', 1)
  keep('long', 48)
  keep('in-a-map', 1, 'ConfigMap')
  cluster.put('Secret', 'password')
  await clock.advance(HOUR - 60_000)
  expect(left()).toEqual(['short', 'long', 'password', 'in-a-map'])
  await clock.advance(17 * 60_000)
  expect(left()).toEqual(['long', 'password'])
  expect(cluster.deletes().map(({ options }) => options?.preconditions)).toEqual([
    { uid: expect.any(String) as unknown, resourceVersion: expect.any(String) as unknown },
    { uid: expect.any(String) as unknown, resourceVersion: expect.any(String) as unknown },
  ])
  expect(said).toEqual(['backups whose time was over were deleted'])
})

test('an hour in which no backup ends writes nothing', async () => {
  keep('long', 48)
  await clock.advance(HOUR)
  expect(cluster.requests).toEqual([])
})

test('while collection is stopped backups stay, and go when it goes on', async () => {
  keep('short', 1)
  cluster.put('GarbageCollectionStop', 'emergency-stop')
  await clock.advance(5 * HOUR)
  expect(left()).toEqual(['short'])
  cluster.remove('GarbageCollectionStop', 'emergency-stop')
  await clock.advance(HOUR)
  expect(left()).toEqual([])
})

test('a replica that does not lead, or does not trust its clock, deletes none', async () => {
  mayAct = false
  keep('short', 1)
  await clock.advance(5 * HOUR)
  expect(left()).toEqual(['short'])
})

test('what cannot be read is no reason to delete anything, and is tried again', async () => {
  keep('short', 1)
  unreadable = true
  await clock.advance(2 * HOUR)
  expect(left()).toEqual(['short'])
  expect(said[0]).toMatch(/^WARN backups could not be looked through/)
  unreadable = false
  await clock.advance(HOUR)
  expect(left()).toEqual([])
})

test('a cluster without the kind of stops has none', async () => {
  cluster.served.delete('GarbageCollectionStop')
  keep('short', 1)
  await clock.advance(2 * HOUR)
  expect(left()).toEqual([])
})
