import { expect, test } from 'vitest'
import type { User } from '../authn/user.ts'
import type { Attributes } from './attributes.ts'
import type { Authorizer } from './authorizer.ts'
import { impersonated, wantedUser } from './impersonation.ts'

const boss: User = { name: 'boss', groups: [] }
const listPods: Attributes = {
  is: 'resource',
  user: boss,
  verb: 'list',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: '',
  name: '',
}

const asked = (attributes: Attributes): string => {
  if (attributes.is === 'path') return `${attributes.verb} ${attributes.path}`
  const { verb, group, resource, subresource, namespace, name } = attributes
  return `${verb} ${resource}${subresource && `/${subresource}`}${group && `.${group}`} ${namespace && `${namespace}/`}${name}`.trim()
}
/** Allows what is listed, as `verb resource name`. */
const allowing = (...allowed: readonly string[]): Authorizer => ({
  decide: (attributes) => ({ allowed: allowed.includes(asked(attributes)), reason: '' }),
  rules: () => ({ rules: [], errors: [] }),
})

test('headers name the user, the groups and what else is known of it', () => {
  const headers = {
    'impersonate-user': ['ann'],
    'impersonate-group': ['a', 'b'],
    'impersonate-uid': ['1'],
    'impersonate-extra-acme.io%2fteam': ['x'],
  }
  expect(wantedUser(headers)).toEqual({ name: 'ann', uid: '1', groups: ['a', 'b'], extra: { 'acme.io/team': ['x'] } })
  expect(wantedUser({})).toBeUndefined()
  expect(() => wantedUser({ 'impersonate-group': ['a'] })).toThrow(/without impersonating a user name/)
})

const ann: User = { name: 'ann', uid: '1', groups: ['devs'], extra: { team: ['x'] } }
const PARTS = [
  'impersonate users ann',
  'impersonate uids.authentication.k8s.io 1',
  'impersonate groups devs',
  'impersonate userextras/team.authentication.k8s.io x',
]

test('each part of the identity needs its right', () => {
  expect(impersonated(listPods, ann, allowing(...PARTS))).toEqual({ ...ann, groups: ['devs', 'system:authenticated'] })
  for (const missing of PARTS)
    expect(() => impersonated(listPods, ann, allowing(...PARTS.filter((part) => part !== missing)))).toThrow(
      'pods is forbidden: User "boss" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope',
    )
})

test('a right may be bound to what is done under the other name', () => {
  const wanted: User = { name: 'ann', groups: [] }
  const bound = ['impersonate-on:user-info:list pods', 'impersonate:user-info users.authentication.k8s.io ann']
  expect(impersonated(listPods, wanted, allowing(...bound)).name).toBe('ann')
  expect(() => impersonated({ ...listPods, verb: 'delete' }, wanted, allowing(...bound))).toThrow(/impersonate-on:user-info:delete/)
})

test('a ServiceAccount brings its groups, a node those of nodes', () => {
  const account: User = { name: 'system:serviceaccount:a:b', groups: [] }
  expect(impersonated(listPods, account, allowing('impersonate serviceaccounts a/b')).groups).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:a',
    'system:authenticated',
  ])
  const node: User = { name: 'system:node:n', groups: [] }
  const bound = ['impersonate-on:arbitrary-node:list pods', 'impersonate:arbitrary-node nodes.authentication.k8s.io n']
  expect(impersonated(listPods, node, allowing(...bound)).groups).toEqual(['system:nodes', 'system:authenticated'])
})

test('the group that may do everything is given by the plain right alone', () => {
  const wanted: User = { name: 'ann', groups: ['system:masters'] }
  const bound = [
    'impersonate-on:user-info:list pods',
    'impersonate:user-info users.authentication.k8s.io ann',
    'impersonate:user-info groups.authentication.k8s.io system:masters',
  ]
  expect(() => impersonated(listPods, wanted, allowing(...bound))).toThrow(/impersonating the system:masters group is not allowed/)
  expect(impersonated(listPods, wanted, allowing('impersonate users ann', 'impersonate groups system:masters')).groups).toContain(
    'system:masters',
  )
})

test('nobody is not authenticated', () => {
  const nobody: User = { name: 'system:anonymous', groups: [] }
  expect(impersonated(listPods, nobody, allowing('impersonate users system:anonymous')).groups).toEqual(['system:unauthenticated'])
})
