/** No vowels, so that no word comes out, and no characters that look alike. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX = 5
/** A name is a DNS label where it must be one: 63 less the suffix. */
const LONGEST_BASE = 58

/** `random` yields numbers in [0, 1). */
export function generateName(base: string, random: () => number): string {
  const suffix = Array.from({ length: SUFFIX }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]!).join('')
  return base.slice(0, LONGEST_BASE) + suffix
}
