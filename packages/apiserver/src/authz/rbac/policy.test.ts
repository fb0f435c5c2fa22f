import { virtualClock } from '@kubewright/testing/virtual-clock'
import { beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../../authn/user.ts'
import { Store } from '../../storage/index.ts'
import type { ResourceAttributes } from '../attributes.ts'
import { RBAC_TABLES, RbacPolicy } from './policy.ts'
import type { PolicyRule } from './rule.ts'

let store: Store
let policy: RbacPolicy
beforeEach(() => {
  store = new Store({ clock: virtualClock(), history: { entries: 100, age: 1000 } })
  policy = new RbacPolicy(store)
  policy.start()
})

const GET_PODS: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }
const ann: User = { name: 'ann', groups: ['devs'] }
const robot: User = { name: 'system:serviceaccount:a:robot', groups: [] }

function role(name: string, rules: readonly PolicyRule[], namespace = ''): void {
  const metadata = namespace === '' ? { name } : { name, namespace }
  store.create(namespace === '' ? RBAC_TABLES.clusterRoles : RBAC_TABLES.roles, namespace === '' ? name : `${namespace}/${name}`, {
    metadata,
    rules,
  })
}

function bind(name: string, subject: object, namespace = '', kind = 'ClusterRole') {
  const metadata = namespace === '' ? { name } : { name, namespace }
  return store.create(
    namespace === '' ? RBAC_TABLES.clusterRoleBindings : RBAC_TABLES.roleBindings,
    namespace === '' ? name : `${namespace}/${name}`,
    { metadata, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'reader' }, subjects: [subject] },
  )
}

const mayRead = (user: User, namespace: string) => {
  const attributes: ResourceAttributes = {
    is: 'resource',
    user,
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace,
    name: 'p',
  }
  return policy.decide(attributes)
}

describe('a binding', () => {
  beforeEach(() => role('reader', [GET_PODS]))

  test.each([
    ['a user', { kind: 'User', name: 'ann' }, ann],
    ['a group', { kind: 'Group', name: 'devs' }, ann],
    ['a ServiceAccount', { kind: 'ServiceAccount', namespace: 'a', name: 'robot' }, robot],
  ])('of %s holds for it, and for nobody else', (_, subject, user) => {
    bind('b', subject)
    expect(mayRead(user, 'a').allowed).toBe(true)
    expect(mayRead({ name: 'other', groups: ['others'] }, 'a')).toEqual({ allowed: false, reason: '' })
  })

  test('of a namespace holds there, with the cluster’s role or its own', () => {
    role('reader', [{ ...GET_PODS, verbs: ['list'] }], 'b')
    bind('x', { kind: 'User', name: 'ann' }, 'a')
    bind('x', { kind: 'User', name: 'ann' }, 'b', 'Role')
    expect([mayRead(ann, 'a').allowed, mayRead(ann, 'b').allowed, mayRead(ann, '').allowed]).toEqual([true, false, false])
    expect(mayRead(ann, 'a').reason).toBe('RBAC: allowed by RoleBinding "x/a" of ClusterRole "reader" to User "ann"')
  })

  test('of a ServiceAccount without a namespace means the one of its own namespace', () => {
    bind('x', { kind: 'ServiceAccount', name: 'robot' }, 'a')
    expect(mayRead(robot, 'a').allowed).toBe(true)
  })

  test('that is changed or goes holds no longer', () => {
    const entry = bind('b', { kind: 'User', name: 'ann' })
    const changed = store.replace(RBAC_TABLES.clusterRoleBindings, entry, { ...entry.object, subjects: [{ kind: 'User', name: 'eve' }] })
    expect([mayRead(ann, 'a').allowed, mayRead({ name: 'eve', groups: [] }, 'a').allowed]).toEqual([false, true])
    store.remove(RBAC_TABLES.clusterRoleBindings, changed)
    expect(mayRead({ name: 'eve', groups: [] }, 'a').allowed).toBe(false)
  })

  test('to a role that is gone says so, and holds again when it is back', () => {
    bind('b', { kind: 'User', name: 'ann' })
    store.remove(RBAC_TABLES.clusterRoles, store.get(RBAC_TABLES.clusterRoles, 'reader')!)
    expect(mayRead(ann, 'a').reason).toBe('RBAC: clusterrole.rbac.authorization.k8s.io "reader" not found')
    role('reader', [GET_PODS])
    expect(mayRead(ann, 'a').allowed).toBe(true)
  })
})

test('the rules of a user are those of all bindings, the cluster’s first', () => {
  role('reader', [GET_PODS])
  role('reader', [{ ...GET_PODS, verbs: ['list'] }], 'a')
  bind('z', { kind: 'User', name: 'ann' })
  bind('a', { kind: 'Group', name: 'devs' }, 'a', 'Role')
  expect(policy.rules(ann, 'a').rules.map(({ verbs }) => verbs[0])).toEqual(['get', 'list'])
  expect(policy.rules(ann, 'b').rules.map(({ verbs }) => verbs[0])).toEqual(['get'])
})
