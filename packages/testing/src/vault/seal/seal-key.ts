import type { Bytes } from './shamir.ts'
import { combine, split } from './shamir.ts'

/** The key that the shares of a cluster give, and in how many it is split. */
export interface SealKey {
  readonly key: Buffer
  readonly shares: readonly Buffer[]
  readonly threshold: number
}

export function newSealKey(shares: number, threshold: number, random: Bytes): SealKey {
  const key = random(32)
  return { key, shares: split(key, shares, threshold, random), threshold }
}

/** Vault's own words for numbers it refuses. */
export function refusedSplit(shares: number, threshold: number): string | undefined {
  if (shares < 1) return 'shares must be at least one'
  if (threshold < 1) return 'threshold must be at least one'
  if (shares > 255 || threshold > 255) return 'shares must be less than 256'
  if (shares > 1 && threshold === 1) return 'threshold must be greater than one for multiple shares'
  if (threshold > shares) return 'threshold cannot be larger than shares'
  return undefined
}

export type Opening =
  | { readonly is: 'open' }
  /** No key at all could be made. */
  | { readonly is: 'no key'; readonly why: string }
  /** A key, but not the one. */
  | { readonly is: 'wrong key' }

export function tryOpen(seal: SealKey, parts: readonly Buffer[]): Opening {
  const combined = combine(parts)
  if (combined.is === 'refused') return { is: 'no key', why: `failed to compute combined key: ${combined.why}` }
  const { bytes } = combined
  if (![16, 24, 32].includes(bytes.length))
    return { is: 'no key', why: `failed to setup unseal key: crypto/aes: invalid key size ${bytes.length}` }
  return bytes.equals(seal.key) ? { is: 'open' } : { is: 'wrong key' }
}

/** Vault's reading of the `key` field: hex when that is 16 to 33 bytes, else base64 (Go's reader skips newlines in it). */
export function decodeKey(text: string): Buffer | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(text) && text.length >= 32 && text.length <= 66) return Buffer.from(text, 'hex')
  const base64 = text.replace(/[\r\n]/g, '')
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64) ? Buffer.from(base64, 'base64') : undefined
}
