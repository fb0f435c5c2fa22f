import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** What tells two contents apart without showing either: keyed, because a short password is found from a bare hash in seconds. */
export interface DigestKey {
  readonly key: KeyObject
  /** Which key it is; a new key is no new content. */
  readonly id: string
}

export function digestKey(key: Buffer): DigestKey {
  return {
    key: createSecretKey(key),
    id: createHash('sha256').update('kubewright vault-sync digest key ').update(key).digest('hex').slice(0, 8),
  }
}

/** Of the content in a canonical form: the order of keys means nothing. `ID:HEX`. */
export function digestOf(data: Readonly<Record<string, unknown>>, { key, id }: DigestKey): string {
  return `${id}:${createHmac('sha256', key).update(canonical(data)).digest('hex')}`
}

export const keyIdOf = (digest: string): string => digest.slice(0, Math.max(0, digest.indexOf(':')))

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}
