/** A reconcile threw this: trying again cannot help. The object is looked at again when it changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}

/** The reason of a reconcile's signal when its `reconcileTimeout` has passed. */
export class ReconcileTimeoutError extends Error {
  override readonly name = 'ReconcileTimeoutError'
}

// By name and not by class: two copies of this package in one program must agree.
export const isTerminal = (error: unknown): boolean => error instanceof Error && error.name === 'TerminalError'
export const isReconcileTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'ReconcileTimeoutError'
