import type { KubeObject } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import type { ShardHolder } from '../cache/shard-filter.ts'
import { Website, website } from '../fake/program.ts'
import { silentLogger } from '../log/logger.ts'
import type { ClusterShare } from './cluster-share.ts'
import { positionOfFamily } from './family.ts'
import { RING_SIZE } from './hash.ts'
import { Holdings } from './holdings.ts'
import { LabelledShare } from './labelled-share.ts'
import { Territory } from './ring.ts'
import { SLOTS } from './slots.ts'

const familyOf = (name: string) => ({ cluster: '', group: Website.group, kind: Website.kind, namespace: 'shop', name })
const positionOf = (name: string) => positionOfFamily(familyOf(name), 'slot')
const around = (name: string) => {
  const half = RING_SIZE / SLOTS / 2
  return new Territory([{ from: positionOf(name) - half, to: positionOf(name) + half }])
}

test('what is gained while the first objects are labelled counts as there when it is labelled too, not when those are', async () => {
  const labelled = new Map(['first', 'second'].map((name) => [name, Promise.withResolvers<void>()]))
  const objects = ['first', 'second'].map((name) => website(name))
  const informer = {
    list: () => objects,
    get: (name: string) => objects.find(({ metadata }) => metadata.name === name),
    subscribe: () => ({ close: () => {} }),
    whenSynced: async () => {},
  }
  const holdings = new Holdings({ placement: 'slot', arrived: () => {} })
  const cluster = {
    name: '',
    cache: { informer: async () => ({ informer, release: async () => {} }) },
    client: { resource: async () => ({ patch: ({ name }: { name: string }) => labelled.get(name)!.promise }) },
  }
  const options = { cluster, holdings, placement: 'slot', filter: 'label', ring: { name: 'op' }, metrics: { labelled: () => {} } }
  const share = {
    options: { ...options, clock: virtualClock(), log: silentLogger },
    know: () => {},
    positionOf: ({ metadata: { name = '' } }: KubeObject) => positionOf(name),
  } as unknown as ClusterShare
  let lists = 0
  const holder = { type: Website, by: 'name', parts: [{}], refill: () => void lists++, prune: () => {} } as unknown as ShardHolder
  const view = new LabelledShare(share, holder)
  view.serve({ group: Website.group, kind: Website.kind, namespaced: true })

  holdings.gain(around('first'))
  const begun = view.begin(new AbortController().signal)
  await settle()
  holdings.gain(around('second'))
  labelled.get('first')!.resolve()
  await begun
  view.filled()
  expect(holdings.has(familyOf('second'))).toBe(false)
  labelled.get('second')!.resolve()
  await settle()
  expect(lists).toBe(1)
  view.filled()
  expect([holdings.has(familyOf('first')), holdings.has(familyOf('second'))]).toEqual([true, true])
  view.close()
})
