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
}: GcConfig): PolicyDefaults {
  return {
    maxDeletionsPerSecond,
    protection: { namespaces: [...SYSTEM_NAMESPACES, ...protectedNamespaces], allowedKinds },
    backupNamespace,
    authors: requireAuthors ? 'Required' : 'IfRecorded',
  }
}
