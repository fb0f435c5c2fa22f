import { describe, expect, test } from 'vitest'
import { rolesOf, shardsRolesOf } from './operator-roles.ts'

const read = (group: string, resource: string) => ({ apiGroups: [group], resources: [resource], verbs: ['get'] })
const kind = (plural: string, namespaced: boolean) => ({ group: 'a.dev', plural, namespaced }) as never
const EVENTS = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] }
const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] }

const brief = (...given: Parameters<typeof rolesOf>) =>
  rolesOf(...given).map(({ kind, metadata, rules }) => [kind, metadata.namespace, metadata.name, rules])

test('an operator may do what it declares and record events everywhere, hold a lease at home, and nothing else', () => {
  expect(brief({ name: 'x', kinds: [], permissions: [read('a.dev', 'things')] }, { home: 'h', watched: [] })).toEqual([
    ['ClusterRole', undefined, 'kubewright-x', [read('a.dev', 'things'), EVENTS]],
    ['Role', 'h', 'kubewright-x', [LEASES]],
  ])
})

describe('an operator for some namespaces', () => {
  test('has no rights elsewhere', () => {
    expect(brief({ name: 'x', kinds: [], permissions: [read('a.dev', 'things')] }, { home: 'h', watched: ['a', 'b'] })).toEqual([
      ['Role', 'a', 'kubewright-x', [read('a.dev', 'things'), EVENTS]],
      ['Role', 'b', 'kubewright-x', [read('a.dev', 'things'), EVENTS]],
      ['Role', 'h', 'kubewright-x', [LEASES]],
    ])
  })

  test('that has its home among them has one role there', () => {
    expect(brief({ name: 'x', kinds: [], permissions: [read('a.dev', 'things')] }, { home: 'a', watched: ['a'] })).toEqual([
      ['Role', 'a', 'kubewright-x', [read('a.dev', 'things'), LEASES, EVENTS]],
    ])
  })

  test('keeps its rights on what belongs to no namespace, of its own kinds and of the built-in ones', () => {
    const permissions = [
      { apiGroups: ['a.dev'], resources: ['things', 'worlds', 'worlds/status'], verbs: ['get'] },
      read('', 'nodes'),
      read('', 'pods'),
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]
    const kinds = [kind('things', true), kind('worlds', false)]
    expect(brief({ name: 'x', kinds, permissions }, { home: 'h', watched: ['a'] })).toEqual([
      [
        'ClusterRole',
        undefined,
        'kubewright-x',
        expect.arrayContaining([
          read('', 'nodes'),
          { apiGroups: ['a.dev'], resources: ['worlds', 'worlds/status'], verbs: ['get'] },
          { nonResourceURLs: ['/metrics'], verbs: ['get'] },
        ]),
      ],
      ['Role', 'a', 'kubewright-x', [read('', 'pods'), read('a.dev', 'things'), EVENTS]],
      ['Role', 'h', 'kubewright-x', [LEASES]],
      ['Role', 'default', 'kubewright-x', [EVENTS]],
    ])
  })
})

describe('roles apart for replicas that share', () => {
  const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' }
  const shardRoles = (...given: Parameters<typeof shardsRolesOf>) =>
    shardsRolesOf(...given).map(({ kind, metadata, rules }) => [
      kind,
      metadata.namespace,
      metadata.name,
      rules.map(({ resources = [], verbs }) => `${resources.join()}: ${[...verbs].sort().join(' ')}`),
    ])
  const RING = ['Role', 'h', 'kubewright-x-shards', ['leases: create delete get list update watch']]
  const SERVER = ['ClusterRole', undefined, 'kubewright-x-shards-server', ['namespaces: list watch']]
  const LABEL = ['namespaces', 'pods'].map((resource) => `${resource}: get list patch watch`)

  test('Leases at home alone, namespaces for "server", and to label what is reconciled for "label"', () => {
    expect(shardRoles({ name: 'x', kinds: [], reconciles: [pods] }, { home: 'h', watched: [] })).toEqual([
      RING,
      SERVER,
      ['ClusterRole', undefined, 'kubewright-x-shards-label', LABEL.slice(1)],
    ])
    expect(shardRoles({ name: 'x', kinds: [] }, { home: 'h', watched: [] })).toEqual([RING, SERVER])
  })

  test('none for one that is not sharded', () => {
    expect(shardRoles({ name: 'x', kinds: [], reconciles: [pods], sharded: false }, { home: 'h', watched: [] })).toEqual([])
  })

  test('in the namespaces of an operator for some, and for the whole cluster only what belongs to none', () => {
    const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces' }
    expect(shardRoles({ name: 'x', kinds: [], reconciles: [pods, namespaces] }, { home: 'h', watched: ['a', 'b'] })).toEqual([
      RING,
      SERVER,
      ['ClusterRole', undefined, 'kubewright-x-shards-label', LABEL.slice(0, 1)],
      ['Role', 'a', 'kubewright-x-shards-label', LABEL.slice(1)],
      ['Role', 'b', 'kubewright-x-shards-label', LABEL.slice(1)],
    ])
  })
})
