import type { KubeObject } from '@kubewright/core'
import { expect, test } from 'vitest'
import type { Informer } from '../cache/informer.ts'
import { SentChildren } from './sent-children.ts'

const child = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name, uid: `uid-${name}`, resourceVersion },
})
const owner = { namespace: 'shop', name: 'site' }

function setUp() {
  const held = new Map<string, KubeObject>()
  let version = 10
  const informer = {
    type: { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
    get: (name: string) => held.get(name),
    reached: (resourceVersion: string) => Number(resourceVersion) <= version,
  } as unknown as Informer<KubeObject>
  const missed: unknown[] = []
  const children = new SentChildren((of) => missed.push(of))
  const list = (to: number) => {
    version = to
  }
  return { informer, children, held, missed, list }
}

test('a child that was made and deleted while the history was lost is missed when everything is listed anew', () => {
  const { informer, children, missed, list } = setUp()
  children.sent(child('a', '13'), owner, informer)
  expect(missed).toEqual([])
  list(17)
  children.relisted(informer)
  expect(missed).toEqual([owner])
  children.relisted(informer)
  expect(missed).toEqual([owner])
})

test('a list that is older than the child says nothing about it', () => {
  const { informer, children, missed, list } = setUp()
  children.sent(child('a', '13'), owner, informer)
  list(12)
  children.relisted(informer)
  expect(missed).toEqual([])
})

test('a child that the watch has shown is watched over by it', () => {
  const { informer, children, missed, list } = setUp()
  children.sent(child('a', '13'), owner, informer)
  children.seen(child('a', '13'), informer)
  list(17)
  children.relisted(informer)
  expect(missed).toEqual([])
})

test('a late word about the child that had its name before says nothing about it', () => {
  const { informer, children, missed, list } = setUp()
  children.sent(child('a', '13'), owner, informer)
  children.seen({ ...child('a', '12'), metadata: { ...child('a', '12').metadata, uid: 'before' } }, informer)
  list(17)
  children.relisted(informer)
  expect(missed).toEqual([owner])
})

test('a child that the new list holds is not missed, and one of the same name made by somebody else is', () => {
  const { informer, children, held, missed, list } = setUp()
  children.sent(child('a', '13'), owner, informer)
  children.sent(child('b', '14'), { ...owner, name: 'other' }, informer)
  held.set('a', child('a', '13'))
  held.set('b', { ...child('b', '16'), metadata: { ...child('b', '16').metadata, uid: 'another' } })
  list(17)
  children.relisted(informer)
  expect(missed).toEqual([{ ...owner, name: 'other' }])
})

test('the list may be quicker than the answer to the apply', () => {
  const { informer, children, missed, list } = setUp()
  list(17)
  children.sent(child('a', '13'), owner, informer)
  expect(missed).toEqual([owner])
})
