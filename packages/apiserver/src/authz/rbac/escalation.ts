import { type DynamicObject, deepEqual } from '@kubewright/core'
import { MASTERS, type User } from '../../authn/user.ts'
import type { Target } from '../../registry/target.ts'
import { forbidden, notFound, type ResourceName } from '../../status/index.ts'
import type { ResourceAttributes } from '../attributes.ts'
import type { Authorizer } from '../authorizer.ts'
import { describeMissing, quotedList, uncovered } from './coverage.ts'
import { type RbacPolicy, rulesIn } from './policy.ts'
import type { PolicyRule, RoleRef } from './rule.ts'

const GROUP = 'rbac.authorization.k8s.io'

export interface GuardedWrite {
  readonly user: User
  readonly resource: ResourceName
  readonly target: Target
  /** In the URL: empty at a POST, also where the object has a name. */
  readonly requestedName: string
  readonly object: DynamicObject
  readonly old: DynamicObject | undefined
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/** Nobody gives away by roles and bindings more than they hold, unless they are allowed to `escalate` or to `bind`. */
export class EscalationGuard {
  private readonly policy: RbacPolicy
  private readonly authorizer: Authorizer

  constructor(policy: RbacPolicy, authorizer: Authorizer) {
    this.policy = policy
    this.authorizer = authorizer
  }

  concerns({ group }: ResourceName): boolean {
    return group === GROUP
  }

  /** @throws Refusal 403 */
  check(write: GuardedWrite): void {
    const { user, object, old } = write
    if (user.groups.includes(MASTERS)) return
    if (old !== undefined && deepEqual(withoutOwnership(object), withoutOwnership(old))) return
    if ('roleRef' in object) this.checkBinding(write)
    else this.checkRole(write)
  }

  private checkRole(write: GuardedWrite): void {
    const { resource, target, requestedName, object, old } = write
    if (this.allows(write, 'escalate', resource.plural, requestedName, target.namespace ?? '')) return
    this.requireHeld(write, rulesIn(object))
    if ((aggregates(object) || aggregates(old)) && uncovered(this.held(write), EVERYTHING).length > 0)
      throw forbidden(resource, target.name, 'must have cluster-admin privileges to use the aggregationRule')
  }

  private checkBinding(write: GuardedWrite): void {
    const { target, object } = write
    const roleRef = object['roleRef'] as RoleRef | undefined
    // What is malformed is refused as that, by the validation that follows.
    if (roleRef?.kind !== 'Role' && roleRef?.kind !== 'ClusterRole') return
    const plural = roleRef.kind === 'Role' ? 'roles' : 'clusterroles'
    if (this.allows(write, 'bind', plural, roleRef.name, target.namespace ?? '')) return
    const rules = this.policy.rulesOf(roleRef, target.namespace ?? '')
    // The real server names the binding's resource here, where it means the role's.
    if (typeof rules === 'string') throw notFound(write.resource, roleRef.name)
    this.requireHeld(write, rules)
  }

  private allows({ user }: GuardedWrite, verb: string, resource: string, name: string, namespace: string): boolean {
    const attributes: ResourceAttributes = {
      is: 'resource',
      user,
      verb,
      group: GROUP,
      version: '*',
      resource,
      subresource: '',
      namespace,
      name,
    }
    return this.authorizer.decide(attributes).allowed
  }

  private held({ user, target }: GuardedWrite): readonly PolicyRule[] {
    return this.policy.rules(user, target.namespace ?? '').rules
  }

  private requireHeld(write: GuardedWrite, wanted: readonly PolicyRule[]): void {
    const { user, resource, target } = write
    const { rules, errors } = this.policy.rules(user, target.namespace ?? '')
    const missing = uncovered(rules, wanted)
    if (missing.length === 0) return
    const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`
    const unresolved = errors.length === 0 ? '' : `; resolution errors: [${errors.join(' ')}]`
    throw forbidden(
      resource,
      target.name,
      `${who} is attempting to grant RBAC permissions not currently held:\n${describeMissing(missing)}${unresolved}`,
    )
  }
}

const aggregates = (role: DynamicObject | undefined): boolean => {
  const rule = role?.['aggregationRule'] as { readonly clusterRoleSelectors?: readonly unknown[] } | undefined
  return (rule?.clusterRoleSelectors?.length ?? 0) > 0
}

/** The garbage collector writes these, and must be able to whatever the role says. */
function withoutOwnership({ metadata, ...rest }: DynamicObject): object {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, resourceVersion: _version, ...kept } = metadata
  return { ...rest, metadata: kept }
}
