/** A reconcile threw this: trying again cannot help. The object is looked at again when it changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}

/** The reason of a reconcile's signal when its `reconcileTimeout` has passed. */
export class ReconcileTimeoutError extends Error {
  override readonly name = 'ReconcileTimeoutError'
}

/** The reason of a reconcile's signal when the object has become another replica's, or its cluster has left. What it was doing is done elsewhere, or not at all. */
export class NotOursError extends Error {
  override readonly name = 'NotOursError'
}

/** What was to be written was worked out for an object that has changed since: the reconcile is made anew. */
export class OutdatedError extends Error {
  override readonly name = 'OutdatedError'
}

/** Somebody else holds fields that an `apply` with `force: false` wanted to set. */
export class FieldConflictError extends Error {
  override readonly name = 'FieldConflictError'
  readonly conflicts: readonly FieldConflict[]

  constructor(what: string, conflicts: readonly FieldConflict[], options: { readonly cause: unknown }) {
    const told = conflicts.map(({ field, manager }) => `${field} (set by ${manager})`).join(', ')
    super(`apply ${what}: other managers hold ${told}; leave these fields out, or apply with { force: true } to take them over`, options)
    this.conflicts = conflicts
  }
}

/** A field that another manager holds. */
export interface FieldConflict {
  /** As the server writes it: `.spec.replicas`. */
  readonly field: string
  /** The other manager, in the server's words: `"kubectl" using apps/v1`. */
  readonly manager: string
}

// By name and not by class: two copies of this package in one program must agree.
const named = (name: string) => (error: unknown) => error instanceof Error && error.name === name
/** Whether an error says that trying again cannot help. */
export const isTerminal: (error: unknown) => boolean = named('TerminalError')
/** Whether a reconcile took longer than its `reconcileTimeout`. */
export const isReconcileTimeout: (error: unknown) => boolean = named('ReconcileTimeoutError')
/** Whether the object became the work of another replica meanwhile. */
export const isNotOurs: (error: unknown) => boolean = named('NotOursError')
export const isOutdated: (error: unknown) => boolean = named('OutdatedError')
/** Whether an `apply` with `force: false` met fields of other managers. */
export const isFieldConflict = (error: unknown): error is FieldConflictError => named('FieldConflictError')(error)
