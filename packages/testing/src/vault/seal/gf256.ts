/** GF(2^8) with AES's polynomial x^8 + x^4 + x^3 + x + 1, as Vault's Shamir shares are made over. Slow and simple: it is for tests. */
export function multiply(a: number, b: number): number {
  let product = 0
  let factor = a
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= factor
    factor = factor & 0x80 ? (factor << 1) ^ 0x11b : factor << 1
  }
  return product
}

/** a^254 is the inverse: the group has 255 elements. @throws RangeError for 0 */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError('0 has no inverse')
  let result = 1
  for (let i = 0; i < 254; i++) result = multiply(result, a)
  return result
}
