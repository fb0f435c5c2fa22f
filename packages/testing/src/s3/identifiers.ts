import { randomBytes as systemRandom } from 'node:crypto'

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const MIXED = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/'

export interface Identifiers {
  /** Capitals and digits after a prefix that tells the kind: AKIA, ASIA, AIDA, ANPA, AGPA, AROA. */
  unique(prefix: string, length: number): string
  /** The text of a secret: letters, digits, `+`, `/`. */
  secret(length: number): string
  hex(length: number): string
}

export function identifiers(randomBytes: (length: number) => Buffer = systemRandom): Identifiers {
  const text = (alphabet: string, length: number) => Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')
  return {
    unique: (prefix, length) => prefix + text(CAPITALS, length - prefix.length),
    secret: (length) => text(MIXED, length),
    hex: (length) =>
      randomBytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
  }
}
