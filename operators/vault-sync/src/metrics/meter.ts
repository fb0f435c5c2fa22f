import type { ErrorType } from '../sync/failure.ts'

export interface ObjectLabels {
  readonly namespace: string
  /** The owner’s kind and name: `Deployment/shop`. */
  readonly resource: string
}

/** What the operator counts. */
export interface Meter {
  synced(labels: ObjectLabels, result: 'success' | 'failed', seconds: number): void
  discovered(labels: ObjectLabels, secrets: number): void
  authAttempt(result: 'success' | 'failed'): void
  /** `mount`: bounded, where the original had the whole path. */
  writeError(type: ErrorType, mount: string): void
  secretMissing(namespace: string): void
  keyMissing(namespace: string): void
  configError(labels: ObjectLabels): void
  rotation(outcome: 'detected' | 'skipped'): void
  wrote(why: string, bytes: number): void
  batch(operations: number, seconds: number): void
  waited(seconds: number): void
  request(result: string): void
  conflict(namespace: string): void
  cleanup(result: 'removed' | 'kept' | 'foreign' | 'gone' | 'orphaned'): void
  orphans(count: number): void
  /** Series of an object that is no more. */
  forget(labels: ObjectLabels): void
}
