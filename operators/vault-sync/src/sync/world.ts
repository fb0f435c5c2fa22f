import type { DigestKey } from '../desired/digest.ts'
import type { VaultSync } from '../kind/kinds.ts'
import type { Meter } from '../metrics/meter.ts'
import type { PathRule, PolicyScope } from '../path/path-policy.ts'
import type { PlacementOptions } from '../path/placement.ts'
import type { Access, Connection } from '../vault/connections.ts'

/** What all passes share. */
export interface World {
  readonly connectionTo: (access: Access) => Connection
  readonly rules: readonly PathRule[]
  readonly placement: PlacementOptions
  readonly maxBytes: number
  /** Milliseconds; 0: for ever. */
  readonly cleanupDeadlineMs: number
  /** The key of digests, and how this cluster is called in ownership marks. */
  readonly identity: (signal: AbortSignal) => Promise<Identity>
  /** As whom a namespace's paths are written; `undefined`: as the operator itself. */
  readonly tenant: { readonly role: string; readonly serviceAccount: string } | undefined
  /** What is under way is finished before the tokens are given back. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  readonly meter: Meter
  readonly random: () => number
}

export interface Identity {
  readonly digestKey: DigestKey
  /** Its name, or the uid of its kube-system: two clusters must never take each other for themselves. */
  readonly cluster: string
}

export const scopeOf = (world: Pick<World, 'placement'>, namespace: string): PolicyScope => ({
  cluster: world.placement.clusterName,
  namespace,
})

/** `Deployment/shop`. */
export function resourceOf({ metadata, spec }: VaultSync): string {
  return spec.owner === undefined ? `VaultSync/${metadata.name}` : `${spec.owner.kind}/${spec.owner.name}`
}

export const ownerMark = (cluster: string, sync: VaultSync): string => `${cluster}/${sync.metadata.namespace}/${resourceOf(sync)}`

/** What the object says of itself goes first: it is of the same namespace, and Vault decides what that may. */
export function accessOf(sync: VaultSync, { tenant }: Pick<World, 'tenant'>): Access {
  const { vault, vaultNamespace } = sync.spec
  const namespace = sync.metadata.namespace ?? ''
  const serviceAccount = sync.spec.serviceAccount ?? tenant?.serviceAccount
  const role = sync.spec.vaultRole ?? tenant?.role.replace('{{namespace}}', namespace)
  const known = serviceAccount === undefined || role === undefined ? undefined : { namespace, serviceAccount, role }
  return { vault, vaultNamespace, tenant: known }
}

/** The object that people look at: events are about it. */
export function subjectOf(sync: VaultSync) {
  const { owner } = sync.spec
  if (owner === undefined) return sync
  const { apiVersion, kind, name, uid } = owner
  return { apiVersion, kind, metadata: { name, uid, namespace: sync.metadata.namespace ?? '' } }
}
