import * as client from '@kubewright/client'
import { EVENT_RULES, LEASE_RULES, mergeRules, type PolicyRule, rbac } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'
import { labelsOf } from './deployed-program.ts'

export interface RoleManifest {
  readonly apiVersion: string
  readonly kind: 'ClusterRole' | 'Role'
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Readonly<Record<string, string>> }
  readonly rules: readonly PolicyRule[]
}

export interface RoleScope {
  /** Where the operator runs, and has its Lease. */
  readonly home: string
  /** The namespaces that it works in, as `run --namespace` says it; none: all. */
  readonly watched: readonly string[]
}

type Declared = Pick<OperatorDefinition, 'name' | 'kinds' | 'permissions' | 'homePermissions'>
type Sharded = Pick<OperatorDefinition, 'name' | 'kinds' | 'reconciles' | 'sharded'>

/** Events about objects of no namespace. */
const EVENTS_OF_CLUSTER_OBJECTS = 'default'

/**
 * What an operator may do: what it declares, with its own Lease and events. Leases in its own namespace alone: with those of others it could
 * stop them. With `watched` there are Roles in those namespaces, and for the whole cluster only what belongs to none.
 */
export function rolesOf(operator: Declared, { home, watched }: RoleScope): readonly RoleManifest[] {
  const { name, permissions, homePermissions = [] } = operator
  const atHome = [...LEASE_RULES, ...homePermissions]
  if (watched.length === 0) return [cluster(name, [...permissions, ...EVENT_RULES]), within(home, name, atHome)]
  const parts = permissions.flatMap(splitByResource)
  const isOfCluster = clusterScope(operator)
  const ofCluster = parts.filter(isOfCluster)
  const ofNamespaces = [...parts.filter((part) => !isOfCluster(part)), ...EVENT_RULES]
  const places = new Map<string, readonly PolicyRule[]>(watched.map((namespace) => [namespace, ofNamespaces]))
  const add = (namespace: string, rules: readonly PolicyRule[]) => places.set(namespace, [...(places.get(namespace) ?? []), ...rules])
  add(home, atHome)
  if (ofCluster.length > 0) add(EVENTS_OF_CLUSTER_OBJECTS, EVENT_RULES)
  return [
    ...(ofCluster.length > 0 ? [cluster(name, ofCluster)] : []),
    ...[...places].map(([namespace, rules]) => within(namespace, name, rules)),
  ]
}

/**
 * What a member of a ring does with `--shards`: it sees the others by their Leases, and clears away those of the dead. With `--shard-filter server` it
 * has to know which namespaces there are, and with `label` it labels what it works on. Roles of their own: who leaves the flags out need not bind them.
 * An operator that is not sharded has none.
 */
export function shardsRolesOf(operator: Sharded, { home, watched }: RoleScope): readonly RoleManifest[] {
  const { name, kinds, reconciles = [], sharded = true } = operator
  if (!sharded) return []
  const leases = rule('coordination.k8s.io', 'leases', ['get', 'list', 'watch', 'create', 'update', 'delete'])
  const namespaces = rule('', 'namespaces', ['list', 'watch'])
  // What it owns it may patch already, to apply it; of what has lost its label it is asked whether it is still there.
  const labelled = [...kinds, ...reconciles].map(({ group, plural }) => rule(group, plural, ['get', 'list', 'watch', 'patch']))
  const isOfCluster = clusterScope(operator)
  const everywhere = labelled.filter((each) => watched.length === 0 || isOfCluster(each))
  const inNamespaces = labelled.filter((each) => !everywhere.includes(each))
  const [ring, server, label] = [`${name}-shards`, `${name}-shards-server`, `${name}-shards-label`]
  return [
    within(home, ring, [leases], name),
    cluster(server, [namespaces], name),
    ...(everywhere.length === 0 ? [] : [cluster(label, everywhere, name)]),
    ...(inNamespaces.length === 0 ? [] : watched.map((namespace) => within(namespace, label, inNamespaces, name))),
  ]
}

function cluster(role: string, rules: readonly PolicyRule[], operator = role): RoleManifest {
  return rbac(`kubewright-${role}`, rules, labelsOf(operator)) as RoleManifest
}

function within(namespace: string, role: string, rules: readonly PolicyRule[], operator = role): RoleManifest {
  const metadata = { name: `kubewright-${role}`, namespace, labels: labelsOf(operator) }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: mergeRules(rules) }
}

const rule = (group: string, resource: string, verbs: readonly string[]): PolicyRule => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
})

/** Which rules are about what belongs to no namespace: its own kinds and the built-in ones are known, others are taken for namespaced. */
function clusterScope({ kinds }: Pick<Declared, 'kinds'>): (rule: PolicyRule) => boolean {
  const known = new Set(
    [...kinds, ...builtInKinds()].filter(({ namespaced }) => !namespaced).map(({ group, plural }) => `${plural}.${group}`),
  )
  return ({ apiGroups = [], resources = [], nonResourceURLs }) =>
    nonResourceURLs !== undefined || known.has(`${resources[0]?.split('/')[0]}.${apiGroups[0]}`)
}

function splitByResource(rule: PolicyRule): readonly PolicyRule[] {
  if (rule.nonResourceURLs !== undefined) return [rule]
  const { apiGroups = [''], resources = [] } = rule
  return apiGroups.flatMap((group) => resources.map((resource) => ({ ...rule, apiGroups: [group], resources: [resource] })))
}

interface BuiltIn {
  readonly group: string
  readonly plural: string
  readonly namespaced: boolean
}

/** The client has them by API group, as `coreV1`. */
function builtInKinds(): readonly BuiltIn[] {
  return Object.values(client).flatMap((group) =>
    typeof group === 'object' && group !== null ? Object.values(group).filter(isBuiltIn) : [],
  )
}

const isBuiltIn = (value: unknown): value is BuiltIn =>
  typeof value === 'object' && value !== null && 'plural' in value && 'group' in value && 'namespaced' in value
