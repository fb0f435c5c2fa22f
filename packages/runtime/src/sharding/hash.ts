// FNV-1a with 64 bits in two halves of 32: BigInt would be twenty times slower, and this runs for every event of every object. It is the hash
// that the API server uses for `shardRange` (KEP-5866), so that ranges mean the same here and there.

/** Positions on the ring are the hash's upper 53 bits: a number holds them exactly. */
export const RING_SIZE = 2 ** 53

export interface Hash64 {
  readonly high: number
  readonly low: number
}

/** The hash of the parts with a `/` between them. Of ASCII text, as names in Kubernetes are, it is that of the bytes. */
export function fnv1a64(...parts: readonly string[]): Hash64 {
  let high = 0xcbf29ce4
  let low = 0x84222325
  for (let part = 0; part < parts.length; part++) {
    const text = parts[part]!
    // The separator comes first, but not before the first part.
    for (let at = part === 0 ? 0 : -1; at < text.length; at++) {
      low = (low ^ (at < 0 ? 0x2f : text.charCodeAt(at))) >>> 0
      // Times 2^40 + 0x1b3. Every sum stays below 2^53, so nothing is rounded.
      const product = low * 0x1b3
      high = (high * 0x1b3 + low * 0x100 + Math.floor(product / 0x1_0000_0000)) >>> 0
      low = product >>> 0
    }
  }
  return { high, low }
}

/**
 * Where a text is on the ring. FNV hardly carries its last characters into the upper bits: `team-1` to `team-9` would be neighbours, and so in one
 * shard. Murmur's finalizer spreads them.
 */
export function positionOf(...parts: readonly string[]): number {
  const { high, low } = fnv1a64(...parts)
  const upper = avalanche(high ^ avalanche(low))
  const lower = avalanche((low ^ upper) >>> 0)
  return upper * 2 ** 21 + (lower >>> 11)
}

function avalanche(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
