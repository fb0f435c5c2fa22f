import type { DynamicObject } from '@kubewright/core'
import { SERVICE_ACCOUNT_PREFIX, type User } from '../../authn/user.ts'
import type { Fields } from '../../registry/fields.ts'
import { listAt } from '../../registry/fields.ts'
import type { Change, Store } from '../../storage/index.ts'
import type { Authorizer, RuleList } from '../authorizer.ts'
import { type PolicyRule, type RoleRef, ruleAllows, type Subject } from './rule.ts'

const GROUP = 'rbac.authorization.k8s.io'
export const RBAC_TABLES = {
  roles: `${GROUP}/roles`,
  clusterRoles: `${GROUP}/clusterroles`,
  roleBindings: `${GROUP}/rolebindings`,
  clusterRoleBindings: `${GROUP}/clusterrolebindings`,
} as const

interface Binding {
  /** Names it in the index, and orders it as a list of bindings is ordered. */
  readonly key: string
  /** Empty: of the cluster. */
  readonly namespace: string
  readonly roleRef: RoleRef
  readonly description: string
}

/** The users and groups that a subject stands for, as the index names them. */
const ofUser = (name: string) => `u ${name}`
const ofGroup = (name: string) => `g ${name}`

/**
 * Role-based access control over the objects in the store. Bindings are indexed by subject and follow the store's changes; roles are looked up
 * when they are needed, so that a request costs what its own user's bindings cost, however many others there are.
 */
export class RbacPolicy implements Authorizer {
  private readonly store: Store
  private readonly bySubject = new Map<string, Map<string, Binding>>()

  constructor(store: Store) {
    this.store = store
  }

  /** Follows the store until the returned function is called. */
  start(): () => void {
    const follow = (change: Change) => this.follow(change)
    const tables = [RBAC_TABLES.roleBindings, RBAC_TABLES.clusterRoleBindings]
    for (const table of tables) for (const { object } of this.store.list(table)) this.index(object)
    const stops = tables.map((table) => this.store.subscribe(follow, table))
    return () => {
      for (const stop of stops) stop()
    }
  }

  decide(attributes: Parameters<Authorizer['decide']>[0]) {
    const errors: string[] = []
    const namespace = attributes.is === 'resource' ? attributes.namespace : ''
    for (const binding of this.bindingsOf(attributes.user, namespace)) {
      const rules = this.rulesOf(binding.roleRef, binding.namespace)
      if (typeof rules === 'string') errors.push(rules)
      else if (rules.some((rule) => ruleAllows(rule, attributes)))
        return { allowed: true, reason: `RBAC: allowed by ${binding.description}` }
    }
    return { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregate(errors)}` }
  }

  rules(user: User, namespace: string): RuleList {
    const rules: PolicyRule[] = []
    const errors: string[] = []
    for (const binding of this.bindingsOf(user, namespace)) {
      const found = this.rulesOf(binding.roleRef, binding.namespace)
      if (typeof found === 'string') errors.push(found)
      else rules.push(...found)
    }
    return { rules, errors }
  }

  /** The rules of the role that a binding in `namespace` refers to, or why there are none. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | string {
    const isCluster = kind === 'ClusterRole'
    const entry = isCluster ? this.store.get(RBAC_TABLES.clusterRoles, name) : this.store.get(RBAC_TABLES.roles, `${namespace}/${name}`)
    if (entry === undefined) return `${isCluster ? 'clusterrole' : 'role'}.${GROUP} ${JSON.stringify(name)} not found`
    return rulesIn(entry.object)
  }

  /** Those of the cluster first, then those of the namespace, each by name: the order in which the real server looks. */
  private bindingsOf(user: User, namespace: string): readonly Binding[] {
    const found = new Map<string, Binding>()
    for (const subject of [ofUser(user.name), ...user.groups.map(ofGroup)]) {
      for (const [key, binding] of this.bySubject.get(subject) ?? [])
        if (binding.namespace === '' || binding.namespace === namespace) found.set(key, binding)
    }
    return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  private follow({ type, current, previous }: Change): void {
    if (previous !== undefined) this.forget(previous.object)
    if (type === 'put') this.index(current.object)
  }

  private index(object: DynamicObject): void {
    const { name = '', namespace = '' } = object.metadata
    const roleRef = object['roleRef'] as RoleRef
    const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
    for (const [subject, description] of subjectsOf(object)) {
      const bindings = this.bySubject.get(subject) ?? new Map<string, Binding>()
      const key = `${namespace}/${name}`
      const binding = namespace === '' ? name : `${name}/${namespace}`
      const named = `${kind} ${JSON.stringify(binding)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${description}`
      if (!bindings.has(key)) bindings.set(key, { key, namespace, roleRef, description: named })
      this.bySubject.set(subject, bindings)
    }
  }

  private forget(object: DynamicObject): void {
    const { name = '', namespace = '' } = object.metadata
    for (const [subject] of subjectsOf(object)) {
      const bindings = this.bySubject.get(subject)
      bindings?.delete(`${namespace}/${name}`)
      if (bindings?.size === 0) this.bySubject.delete(subject)
    }
  }
}

/** Only what the server itself has validated is in the store. */
export const rulesIn = (role: DynamicObject): readonly PolicyRule[] => (role['rules'] ?? []) as readonly PolicyRule[]

type IndexedSubject = readonly [subject: string, description: string]

function subjectsOf(binding: DynamicObject): readonly IndexedSubject[] {
  return (listAt(binding as Fields, 'subjects') as unknown as readonly Subject[]).flatMap(({ kind, name, namespace }): IndexedSubject[] => {
    if (kind === 'User') return [[ofUser(name), `User ${JSON.stringify(name)}`]]
    if (kind === 'Group') return [[ofGroup(name), `Group ${JSON.stringify(name)}`]]
    const home = namespace || binding.metadata.namespace
    if (kind !== 'ServiceAccount' || !home) return []
    return [[ofUser(`${SERVICE_ACCOUNT_PREFIX}${home}:${name}`), `ServiceAccount ${JSON.stringify(`${name}/${home}`)}`]]
  })
}

/** Go's way to write several errors as one. */
export const aggregate = (errors: readonly string[]): string => {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`
}
