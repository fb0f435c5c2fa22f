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

type Declared = Pick<OperatorDefinition, 'name' | 'kinds' | 'permissions'>

/** Events about objects of no namespace. */
const EVENTS_OF_CLUSTER_OBJECTS = 'default'

/**
 * What an operator may do: what it declares, with its own Lease and events. Leases in its own namespace alone: with those of others it could
 * stop them. With `watched` there are Roles in those namespaces, and for the whole cluster only what belongs to none.
 */
export function rolesOf(operator: Declared, { home, watched }: RoleScope): readonly RoleManifest[] {
  const { name, permissions } = operator
  if (watched.length === 0) return [cluster(name, [...permissions, ...EVENT_RULES]), within(home, name, LEASE_RULES)]
  const parts = permissions.flatMap(splitByResource)
  const isOfCluster = clusterScope(operator)
  const ofCluster = parts.filter(isOfCluster)
  const ofNamespaces = [...parts.filter((part) => !isOfCluster(part)), ...EVENT_RULES]
  const places = new Map<string, readonly PolicyRule[]>(watched.map((namespace) => [namespace, ofNamespaces]))
  const add = (namespace: string, rules: readonly PolicyRule[]) => places.set(namespace, [...(places.get(namespace) ?? []), ...rules])
  add(home, LEASE_RULES)
  if (ofCluster.length > 0) add(EVENTS_OF_CLUSTER_OBJECTS, EVENT_RULES)
  return [
    ...(ofCluster.length > 0 ? [cluster(name, ofCluster)] : []),
    ...[...places].map(([namespace, rules]) => within(namespace, name, rules)),
  ]
}

function cluster(operator: string, rules: readonly PolicyRule[]): RoleManifest {
  return rbac(`kubewright-${operator}`, rules, labelsOf(operator)) as RoleManifest
}

function within(namespace: string, operator: string, rules: readonly PolicyRule[]): RoleManifest {
  const metadata = { name: `kubewright-${operator}`, namespace, labels: labelsOf(operator) }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: mergeRules(rules) }
}

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
