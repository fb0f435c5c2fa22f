/** `Retry-After` in seconds. Vault sends a number; the date form, which a proxy may send, is left to the ordinary pauses. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\s*\d{1,6}\s*$/.test(header) ? Number(header) : undefined
}
