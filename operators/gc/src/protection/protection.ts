import { type GroupVersionKind, type KubeObject, parseApiVersion } from 'kubewright'
import { BACKUP_PART } from '../backup/record.ts'

/** What is never deleted, whatever a policy says. */
export interface Protection {
  /** Names, or prefixes ending in `*`. */
  readonly namespaces: readonly string[]
  /** `Kind` or `Kind.group`: taken off the built-in list by whoever runs the operator. A policy cannot. */
  readonly allowedKinds: readonly string[]
}

/** Where the cluster itself lives. Nothing takes these off. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-*', 'openshift-*']

/** On an object, as annotation or label with the value "true": no policy deletes it. */
export const PROTECT = 'gc.kubewright.dev/protect'

/** Kinds whose loss takes a cluster or its access rules along, or that the cluster itself makes anew and renews. '*' is every kind of the group. */
const PROTECTED_KINDS: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'Endpoints', 'Event', 'ComponentStatus', 'Binding'],
  'events.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'admissionregistration.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['*'],
  'storage.k8s.io': ['*'],
  'scheduling.k8s.io': ['*'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'coordination.k8s.io': ['*'],
  'discovery.k8s.io': ['*'],
  'certificates.k8s.io': ['ClusterTrustBundle'],
  'authentication.k8s.io': ['*'],
  'authorization.k8s.io': ['*'],
  'node.k8s.io': ['*'],
  apps: ['ControllerRevision'],
  'gc.kubewright.dev': ['*'],
}

export function isProtectedKind(
  { allowedKinds }: Protection,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): boolean {
  const { group } = parseApiVersion(apiVersion)
  if (allowedKinds.includes(group === '' ? kind : `${kind}.${group}`)) return false
  const kinds = Object.hasOwn(PROTECTED_KINDS, group) ? PROTECTED_KINDS[group]! : []
  return kinds.includes('*') || kinds.includes(kind)
}

export function isProtectedNamespace({ namespaces }: Protection, namespace: string): boolean {
  return namespaces.some((pattern) => (pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern))
}

/** Why the object is never deleted, or `undefined`. Needs its metadata alone. */
export function protectionOf(
  protection: Protection,
  kind: Pick<GroupVersionKind, 'group' | 'kind'>,
  { metadata }: KubeObject,
  { asksForHelm = false }: { readonly asksForHelm?: boolean } = {},
): string | undefined {
  if (metadata.annotations?.[PROTECT] === 'true' || metadata.labels?.[PROTECT] === 'true') return `it carries ${PROTECT}: "true"`
  if (metadata.labels?.[BACKUP_PART] !== undefined) return 'it is a backup, which its own retention deletes'
  if (metadata.namespace !== undefined && isProtectedNamespace(protection, metadata.namespace))
    return `namespace ${metadata.namespace} is protected`
  // What Helm no longer needs it marks; and a policy that means it says so in its selector.
  const { owner, status } = metadata.labels ?? {}
  if (
    asksForHelm &&
    kind.group === '' &&
    kind.kind === 'Secret' &&
    owner === 'helm' &&
    (status === 'superseded' || status === 'failed' || status === 'uninstalled')
  )
    return undefined
  if (kind.group === '' && MADE_BY_THE_CLUSTER.some((made) => made.kind === kind.kind && made.names.test(metadata.name ?? '')))
    return 'the cluster, or Helm, keeps it for itself'
  return undefined
}

/** Deleted, these come back at once (a loop) or take logins and Helm releases with them. */
const MADE_BY_THE_CLUSTER: readonly { readonly kind: string; readonly names: RegExp }[] = [
  { kind: 'ConfigMap', names: /^(kube-root-ca\.crt|openshift-service-ca\.crt)$/ },
  { kind: 'ServiceAccount', names: /^default$/ },
  { kind: 'Secret', names: /^(bootstrap-token-|sh\.helm\.release\.v1\.|default-token-)/ },
  { kind: 'Service', names: /^kubernetes$/ },
]
