import type { Capability } from './policy-document.ts'

/** One request as the audit log has it: who did what, and what it took. No values. */
export interface AuditEntry {
  /** Wall-clock milliseconds. */
  readonly at: number
  readonly namespace: string
  readonly method: string
  readonly path: string
  /** `undefined` for a login. */
  readonly capability: Capability | undefined
  readonly policies: readonly string[]
  readonly displayName: string
  readonly status: number
}

/** What was used of the rights, `path capability`, sorted: to be compared with what a policy grants. */
export function rightsUsed(entries: readonly AuditEntry[], displayName?: string): string[] {
  const used = entries
    .filter(
      (entry) => entry.capability !== undefined && entry.status !== 403 && (displayName === undefined || entry.displayName === displayName),
    )
    .map((entry) => `${entry.path} ${entry.capability}`)
  return [...new Set(used)].sort()
}
