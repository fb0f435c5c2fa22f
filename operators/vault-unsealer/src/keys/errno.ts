/** Whether an error came from the system, with one of these codes if some are given. */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException & { readonly code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return codes.length === 0 || codes.includes(error.code)
}
