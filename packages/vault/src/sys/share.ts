import { createHash } from 'node:crypto'

/** What Vault takes for a key share: 16 to 33 bytes (an AES key of 16 to 32, and one for the share's x). */
export const SHARE_BYTES = { min: 16, max: 33 } as const

export type DecodedShare =
  | { readonly is: 'share'; readonly bytes: Buffer }
  | { readonly is: 'refused'; readonly why: 'empty' | 'alphabet' | 'too short' | 'too long' }

/**
 * Decodes a share by Vault's own rule, hex when that gives 16 to 33 bytes, else base64, after dropping what editors add (a BOM, blanks and newlines around it, CRLF
 * within it), so that duplicates in two encodings are seen before anything is sent.
 * @param text overwrite it yourself, if it is a Buffer
 */
export function decodeShare(text: string | Buffer): DecodedShare {
  const trimmed = text
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\s+/g, '')
  if (trimmed === '') return { is: 'refused', why: 'empty' }
  if (/^(?:[0-9a-f]{2})+$/i.test(trimmed)) {
    const bytes = Buffer.from(trimmed, 'hex')
    if (bytes.length >= SHARE_BYTES.min && bytes.length <= SHARE_BYTES.max) return { is: 'share', bytes }
  }
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(trimmed)) return { is: 'refused', why: 'alphabet' }
  const bytes = Buffer.from(trimmed, 'base64')
  if (bytes.length < SHARE_BYTES.min) return { is: 'refused', why: 'too short' }
  if (bytes.length > SHARE_BYTES.max) return { is: 'refused', why: 'too long' }
  return { is: 'share', bytes }
}

/** Eight hex digits by which people tell shares apart: of a hash with a domain of its own, so that it is no oracle for anything else. */
export function shareFingerprint(share: Uint8Array): string {
  return createHash('sha256').update('kubewright vault share\0').update(share).digest('hex').slice(0, 8)
}
