import { randomBytes } from 'node:crypto'

/** Everything that Vault rolls dice for. */
export interface Identifiers {
  bytes(length: number): Buffer
  uuid(): string
}

export function identifiers(bytes: (length: number) => Buffer = randomBytes): Identifiers {
  return {
    bytes,
    uuid: () => {
      const hex = bytes(16).toString('hex')
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    },
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `length` letters and digits. */
export function word(ids: Identifiers, length: number): string {
  return [...ids.bytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** RFC 3339 with the nine digits that Go prints. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}.${
    String(Math.floor((ms % 1000) * 1e6))
      .padStart(9, '0')
      .replace(/0+$/, '') || '0'
  }Z`
}
