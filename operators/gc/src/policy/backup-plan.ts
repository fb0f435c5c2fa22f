import type { GroupVersionKind } from 'kubewright'
import type { Policy } from '../kinds/policies.ts'

/** What an operator offers for backups beside the namespace of each object. */
export interface BackupPlaces {
  /** Where it keeps what cluster policies delete. */
  readonly namespace?: string | undefined
  /** The name of its bucket. */
  readonly bucket?: string | undefined
}

/** How a policy keeps what it deletes. */
export interface BackupPlan {
  readonly to: 'Secret' | 'ConfigMap' | 'S3'
  /** Where; `undefined`: beside the object. */
  readonly namespace: string | undefined
  /** `undefined`: the operator has none. */
  readonly bucket: string | undefined
  /** Milliseconds. */
  readonly keepFor: number
  /** Of this policy, in a namespace. */
  readonly keepLast: number | undefined
}

/** Where one object is kept. */
export type BackupPlace =
  | { readonly to: 'Secret' | 'ConfigMap'; readonly namespace: string }
  | { readonly to: 'S3'; readonly bucket: string }

/** There is none, and the object is not deleted. */
export interface Nowhere {
  readonly to: 'nowhere'
  readonly why: string
}

/** Kinds that take others along when they go: their own manifest would be no backup of what is lost. */
const TAKING_OTHERS_ALONG = new Set(['Namespace.', 'CustomResourceDefinition.apiextensions.k8s.io'])

/**
 * What a namespaced policy deletes stays in its namespace, where whoever could read the object can read the backup, and nobody else; or it goes to the bucket, which
 * is for those who run the operator.
 * @throws Error naming the field
 */
export function backupPlanOf(
  { kind: policyKind, spec: { backup } }: Policy,
  kind: GroupVersionKind,
  { namespace, bucket }: BackupPlaces,
): BackupPlan | undefined {
  if (backup === undefined) return undefined
  if (kind.kind === 'Secret' && kind.group === '' && backup.to === 'ConfigMap')
    throw new Error('backup.to is ConfigMap, which more people may read than a Secret: set it to Secret')
  if (TAKING_OTHERS_ALONG.has(`${kind.kind}.${kind.group}`))
    throw new Error(`backup keeps an object alone, and with a ${kind.kind} goes all that is in it: remove backup, or use a backup tool`)
  return {
    to: backup.to,
    namespace: policyKind === 'ClusterGarbageCollectionPolicy' ? namespace : undefined,
    bucket,
    keepFor: backup.keepForSeconds * 1000,
    keepLast: backup.keepLast,
  }
}

/** The place for the backup of an object of that namespace. */
export function backupPlaceOf({ to, namespace, bucket }: BackupPlan, objectNamespace: string | undefined): BackupPlace | Nowhere {
  if (to === 'S3') return bucket === undefined ? { to: 'nowhere', why: NO_BUCKET } : { to, bucket }
  const where = namespace ?? objectNamespace
  return where === undefined ? { to: 'nowhere', why: NO_NAMESPACE } : { to, namespace: where }
}

const NO_NAMESPACE = 'it is of no namespace in which its backup could be: whoever runs the operator names one with --gc-backup-namespace'
const NO_BUCKET =
  'the operator has no bucket for its backup: whoever runs it names one with --gc-backup-s3-bucket, or set backup.to to Secret'
