// Replicas whose caches hold only their share. On a server that knows `shardSelector` it leaves out the rest; on another everything comes, and is dropped.
import { ConfigMap, Namespace } from '@kubewright/client'
import { sleep, systemClock } from '@kubewright/core'
import { controller, shardMember } from '@kubewright/runtime'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'
import { runManager } from './managers.ts'

const bench = useCluster({ realServerFlags: ['--feature-gates=ShardedListAndWatch=true'] })

const NAMESPACES = 30
const EACH = 10

test.each([{ filter: 'client' }, { filter: 'server' }, { filter: 'label' }] as const)(
  'with the filter $filter a replica holds its share, and nothing is lost when it goes',
  { timeout: 120_000 },
  async ({ filter }) => {
    const namespaces = await bench.client.resource(Namespace)
    const maps = await bench.configMaps()
    // As people name them: they differ in their last characters.
    const names = Array.from({ length: NAMESPACES }, (_, n) => `${filter}-team-${n}`)
    const labels = { shared: filter }
    for (const name of names) {
      await namespaces.create({ metadata: { name } })
      await Promise.all(
        Array.from({ length: EACH }, (_, n) => maps.create(configMap(name, `object-${n}`, { labels, data: { want: '0', done: '' } }))),
      )
    }
    const ring = await bench.namespace()
    const total = NAMESPACES * EACH

    // Who wrote what, as the server saw it.
    const writers = new Map<string, string[]>()
    const start = (identity: string) => {
      const copier = controller(ConfigMap, {
        name: 'copier',
        labelSelector: `shared=${filter}`,
        workers: 5,
        async reconcile({ object, client, signal }) {
          const { want, done } = object.data ?? {}
          if (want === done) return
          const { namespace = '', name = '' } = object.metadata
          const resource = await client.resource(ConfigMap)
          await resource.patch({ namespace, name }, { type: 'merge', body: { data: { done: want } } }, { signal, fieldManager: identity })
          const key = `${namespace}/${name}`
          const before = writers.get(key) ?? []
          if (before.at(-1) !== identity) writers.set(key, [...before, identity])
        },
      })
      const sharding = shardMember({
        name: 'copier',
        namespace: ring,
        filter,
        leaseDuration: '5s',
        renewDeadline: '4s',
        retryPeriod: '500ms',
      })
      return runManager(bench.cluster.connection, [copier], { identity, sharding })
    }
    const held = ({ manager }: ReturnType<typeof start>) =>
      (
        manager.cache
          .informers()
          .find(({ kind }) => kind.startsWith('ConfigMap'))
          ?.informer.list() ?? []
      ).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    const apart = (replicas: readonly ReturnType<typeof start>[]) =>
      eventually(
        () => {
          const all = replicas.flatMap(held)
          expect(new Set(all).size).toBe(total)
          expect(all).toHaveLength(total)
        },
        { timeout: 30_000 },
      )
    const undone = async () =>
      (await maps.list({ labelSelector: `shared=${filter}` })).items.filter(({ data = {} }) => data['want'] !== data['done']).length

    const replicas = ['one', 'two', 'three'].map(start)
    await apart(replicas)
    await eventually(async () => expect(await undone()).toBe(0), { timeout: 30_000 })
    const shares = replicas.map((replica) => held(replica).length)
    for (const share of shares) expect(share).toBeGreaterThan(total / 3 / 3)

    // Changes all the while, as one goes.
    writers.clear()
    let [changes, isOver] = [0, false]
    const churn = (async () => {
      while (!isOver) {
        changes++
        const namespace = names[(changes * 7) % NAMESPACES]!
        await maps.patch(
          { namespace, name: `object-${(changes * 3) % EACH}` },
          { type: 'merge', body: { data: { want: String(changes) } } },
        )
      }
    })()
    await sleep(1_000, { clock: systemClock })
    const [gone, ...rest] = replicas
    expect(await gone!.stop()).toBeUndefined()
    await apart(rest)
    await sleep(1_000, { clock: systemClock })
    isOver = true
    await churn
    await eventually(async () => expect(await undone()).toBe(0), { timeout: 30_000 })
    // Whose writers alternate had two owners at one time; who took over keeps it.
    expect([...writers.values()].filter((by) => by.length > 2 || by.lastIndexOf('one') > 0)).toEqual([])

    // A namespace that is made later.
    await namespaces.create({ metadata: { name: `${filter}-team-late` } })
    await maps.create(configMap(`${filter}-team-late`, 'late', { labels, data: { want: 'late', done: '' } }))
    await eventually(async () => expect(await undone()).toBe(0), { timeout: 30_000 })

    // A list says whether it is a shard; a server that makes none is told of, once by each replica that has asked it for one.
    const half = await maps.list({
      limit: 1,
      shardSelector: "shardRange(object.metadata.namespace, '0x0000000000000000', '0x8000000000000000')",
    })
    const shards = half.metadata.shardInfo !== undefined
    const told = rest.flatMap(({ lines }) => lines).filter(({ level, text }) => level === 'warn' && text.includes('ShardedListAndWatch'))
    console.info(
      `sharding filter ${filter}: ${total} objects, held by replicas ${shares.join(', ')}; ${changes} changes while one left; the server ${shards ? 'knows' : 'does not know'} shards`,
    )
    expect(told).toHaveLength(filter === 'server' && !shards ? rest.length : 0)
  },
)
