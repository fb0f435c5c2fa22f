import type { Logger } from 'kubewright'
import type { Answer } from '../deletion/answer.ts'

/** One deletion that was asked for: who wanted it, why, and what became of it. Nothing of the object's content. */
export interface DeletionRecord {
  /** RFC 3339, with milliseconds. */
  readonly time: string
  readonly policy: string
  readonly policyUid: string
  readonly generation: number | undefined
  /** Who wrote the policy, if admission has recorded it. */
  readonly author: string | undefined
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  /** Why it fell due, and when; absent when the object was no longer there to be asked. */
  readonly reason: string | undefined
  readonly due: string | undefined
  readonly propagationPolicy: string
  /** `namespace/name` of the Secret or ConfigMap in which the object was kept; absent when it was not, or could not be. */
  readonly backup: string | undefined
  readonly outcome: Answer['is']
  /** The server's words, when it did not delete. */
  readonly message: string | undefined
  readonly milliseconds: number
}

/** Where the records go. Must not throw, and must not wait. */
export type AuditSink = (record: DeletionRecord) => void

/** As lines of the operator's log: `deletion`, under the names of the record. */
export function auditLog(log: Logger): AuditSink {
  return (record) => log.info('deletion', { audit: true, ...record })
}
