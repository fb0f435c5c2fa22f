import type { GcConfig } from '../config.ts'
import { SYSTEM_NAMESPACES } from '../protection/protection.ts'
import type { PolicyDefaults } from './policy.ts'

/** What the operator's settings say about policies: for the collector and for admission alike. */
export function defaultsOf({
  maxDeletionsPerSecond,
  protectedNamespaces,
  allowedKinds,
  requireAuthors,
  backupNamespace,
  backupS3Bucket,
}: GcConfig): PolicyDefaults {
  return {
    maxDeletionsPerSecond,
    protection: { namespaces: [...SYSTEM_NAMESPACES, ...protectedNamespaces], allowedKinds },
    backups: { namespace: backupNamespace, bucket: backupS3Bucket },
    authors: requireAuthors ? 'Required' : 'IfRecorded',
  }
}
