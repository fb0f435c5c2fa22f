import { describe, expect, test } from 'vitest'
import { rolesOf } from './operator-roles.ts'

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
