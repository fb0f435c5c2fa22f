import type { DynamicObject } from '@kubewright/core'
import type { Catalog } from '../../registry/catalog.ts'
import { type Objects, provide } from '../../registry/objects.ts'
import { BOOTSTRAP_ROLES, type BootstrapRole } from './bootstrap-roles.ts'

const GROUP = 'rbac.authorization.k8s.io'
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }

/** Writes the roles and bindings that every cluster starts with, as far as they are not there. */
export function bootstrapRoles(objects: Objects, catalog: Catalog): void {
  const roles = catalog.ofKind(GROUP, 'ClusterRole')
  const bindings = catalog.ofKind(GROUP, 'ClusterRoleBinding')
  if (roles === undefined || bindings === undefined) throw new Error('the catalog lacks the kinds of RBAC')
  for (const role of BOOTSTRAP_ROLES) {
    provide(objects, roles, roleObject(role))
    if (role.groups !== undefined) provide(objects, bindings, bindingObject(role.name, role.groups))
  }
}

function roleObject({ name, labels, rules, aggregates }: BootstrapRole): DynamicObject {
  const metadata = { name, labels: { ...LABELS, ...labels }, annotations: ANNOTATIONS }
  if (aggregates === undefined) return { metadata, rules: rules ?? [] }
  return { metadata, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: 'true' } }] }, rules: null }
}

const bindingObject = (name: string, groups: readonly string[]): DynamicObject => ({
  metadata: { name, labels: LABELS, annotations: ANNOTATIONS },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
  subjects: groups.map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group })),
})
