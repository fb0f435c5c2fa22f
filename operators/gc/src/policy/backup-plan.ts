import type { GroupVersionKind } from 'kubewright'
import type { Policy } from '../kinds/policies.ts'

/** How a policy keeps what it deletes. */
export interface BackupPlan {
  readonly to: 'Secret' | 'ConfigMap'
  /** Where; `undefined`: beside the object. */
  readonly namespace: string | undefined
  /** Milliseconds. */
  readonly keepFor: number
  /** Of this policy, in a namespace. */
  readonly keepLast: number | undefined
}

/** Kinds that take others along when they go: their own manifest would be no backup of what is lost. */
const TAKING_OTHERS_ALONG = new Set(['Namespace.', 'CustomResourceDefinition.apiextensions.k8s.io'])

/**
 * `backupNamespace`: where the operator keeps what cluster policies delete. What a namespaced policy deletes stays in its namespace, where whoever could read
 * the object can read the backup, and nobody else.
 * @throws Error naming the field
 */
export function backupPlanOf(
  { kind: policyKind, spec: { backup } }: Policy,
  kind: GroupVersionKind,
  backupNamespace: string | undefined,
): BackupPlan | undefined {
  if (backup === undefined) return undefined
  if (kind.kind === 'Secret' && kind.group === '' && backup.to === 'ConfigMap')
    throw new Error('backup.to is ConfigMap, which more people may read than a Secret: set it to Secret')
  if (TAKING_OTHERS_ALONG.has(`${kind.kind}.${kind.group}`))
    throw new Error(`backup keeps an object alone, and with a ${kind.kind} goes all that is in it: remove backup, or use a backup tool`)
  return {
    to: backup.to,
    namespace: policyKind === 'ClusterGarbageCollectionPolicy' ? backupNamespace : undefined,
    keepFor: backup.keepForSeconds * 1000,
    keepLast: backup.keepLast,
  }
}

/** The namespace of the backup of an object of that namespace; `undefined`: there is none for it, and the object is not deleted. */
export function backupNamespaceOf(plan: BackupPlan, namespace: string | undefined): string | undefined {
  return plan.namespace ?? namespace
}

export const NOWHERE_TO_KEEP =
  'not deleted, because it is of no namespace in which its backup could be: whoever runs the operator names one with --gc-backup-namespace'
