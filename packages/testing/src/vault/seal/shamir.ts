import { inverse, multiply } from './gf256.ts'

export type Bytes = (length: number) => Buffer

/**
 * Vault's shares: for each byte of the secret a polynomial of degree threshold-1, its values at x, and x itself as the last byte. One share is the secret.
 * @throws RangeError for numbers that Vault refuses
 */
export function split(secret: Buffer, shares: number, threshold: number, random: Bytes): Buffer[] {
  if (threshold < 1 || shares < threshold || shares > 255)
    throw new RangeError(`no split into ${shares} shares with threshold ${threshold}`)
  if (shares === 1) return [Buffer.from(secret)]
  const xs = distinctPoints(shares, random)
  const parts = xs.map((x) => Buffer.concat([Buffer.alloc(secret.length), Buffer.from([x])]))
  for (const [index, byte] of secret.entries()) {
    const coefficients = [byte, ...random(threshold - 1)]
    for (const [part, x] of xs.entries()) parts[part]![index] = valueAt(coefficients, x)
  }
  return parts
}

export type Combined = { readonly is: 'secret'; readonly bytes: Buffer } | { readonly is: 'refused'; readonly why: string }

/** Any bytes give some secret; whether it is the right one is for the seal to find out. */
export function combine(parts: readonly Buffer[]): Combined {
  if (parts.length === 1) return { is: 'secret', bytes: Buffer.from(parts[0]!) }
  const length = parts[0]!.length
  if (parts.some((part) => part.length !== length)) return { is: 'refused', why: 'all parts must be the same length' }
  const xs = parts.map((part) => part[length - 1]!)
  if (new Set(xs).size < xs.length) return { is: 'refused', why: 'duplicate part detected' }
  const weights = xs.map((x, i) =>
    xs.reduce((weight, other, j) => (i === j ? weight : multiply(weight, multiply(other, quotient(other ^ x)))), 1),
  )
  const bytes = Buffer.alloc(length - 1)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = parts.reduce((sum, part, i) => sum ^ multiply(part[index]!, weights[i]!), 0)
  return { is: 'secret', bytes }
}

/** The difference of two distinct points is never 0. */
const quotient = (difference: number) => inverse(difference)

function valueAt(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((value, coefficient) => multiply(value, x) ^ coefficient, 0)
}

/** All but 0, where the secret is. */
function distinctPoints(count: number, random: Bytes): number[] {
  const points = Array.from({ length: 255 }, (_, index) => index + 1)
  const chance = random(255)
  for (let i = points.length - 1; i > 0; i--) {
    const j = chance[i]! % (i + 1)
    ;[points[i], points[j]] = [points[j]!, points[i]!]
  }
  return points.slice(0, count)
}
