import { decodeShare } from '@kubewright/vault'

export interface ParsedShares {
  readonly shares: readonly Buffer[]
  /** Which of the texts are no shares, and why. Never the text. */
  readonly refused: readonly { readonly at: number; readonly why: string }[]
}

const WHY = {
  empty: 'it is empty',
  alphabet: 'it is neither hex nor base64',
  'too short': 'it is shorter than 16 bytes when decoded',
  'too long': 'it is longer than 33 bytes when decoded: is it base64 twice?',
} as const

/**
 * The shares in one value: a JSON array of texts, or a share a line; blank lines are left out. Text that is not in brackets on both sides is lines.
 * The value is overwritten.
 */
export function parseShares(value: Buffer): ParsedShares {
  try {
    const text = value
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    const texts = text.startsWith('[') && text.endsWith(']') ? fromJson(text) : text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
    if (typeof texts === 'string') return { shares: [], refused: [{ at: 0, why: texts }] }
    if (texts.length === 0) return { shares: [], refused: [{ at: 0, why: 'there is no share in it' }] }
    const shares: Buffer[] = []
    const refused: { at: number; why: string }[] = []
    for (const [index, each] of texts.entries()) {
      const decoded = decodeShare(each)
      if (decoded.is === 'share') shares.push(decoded.bytes)
      else refused.push({ at: index + 1, why: WHY[decoded.why] })
    }
    return { shares, refused }
  } finally {
    value.fill(0)
  }
}

function fromJson(text: string): readonly string[] | string {
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed) && parsed.every((each) => typeof each === 'string')) return parsed as string[]
    return 'it is a JSON array, but not one of texts'
  } catch {
    // The parser's message quotes the text.
    return 'it looks like a JSON array, and is not valid JSON'
  }
}
