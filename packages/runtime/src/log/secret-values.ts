/** Shorter values are words that occur anyway: hiding them would make a log unreadable and guess-work easy. */
const SHORTEST = 6

/** Enough for the Secrets of a large cluster. When there are more, the oldest go: a set that only grows would be a leak of memory. */
const MOST_VALUES = 20_000

const HIDDEN = '[redacted]'

/**
 * Values that must never come out: a token that was read, a password that was made. Whatever log line, event or span would show one shows
 * `[redacted]` instead, also where it stands in base64 or percent-encoded, as it does in a Secret and in a URL.
 *
 * Adding and removing take constant time, and looking through a text takes time in proportion to the text, however many values there are: the last
 * characters of each value are its key in a table, and are compared as the text goes by. The last and not the first, because all JWTs and all Vault
 * tokens begin alike.
 */
export class SecretValues {
  /** By the code of their last characters, the spellings that end so. */
  readonly #spellings = new Map<number, Map<string, number>>()
  /** In the order in which they came, with how often each was added and not removed. */
  readonly #values = new Map<string, number>()

  /** How many values are hidden. */
  get size(): number {
    return this.#values.size
  }

  /**
   * Hides the value from now on, until the returned function is called as often as the value was added. Values shorter than six characters are left
   * alone.
   */
  add(value: string): () => void {
    if (value.length < SHORTEST) return () => {}
    const times = this.#values.get(value)
    if (times === undefined) this.#learn(value)
    this.#values.set(value, (times ?? 0) + 1)
    if (this.#values.size > MOST_VALUES) this.#forget(this.#values.keys().next().value!)
    let added = true
    return () => {
      if (added) this.#release(value)
      added = false
    }
  }

  /** The text with every value hidden; the same text when there is none in it. */
  hide(text: string): string {
    if (this.#values.size === 0 || text.length < SHORTEST) return text
    const found = this.#find(text)
    if (found.length === 0) return text
    let shown = ''
    let at = 0
    for (const { start, end } of found) {
      shown += text.slice(at, start) + HIDDEN
      at = end
    }
    return shown + text.slice(at)
  }

  /** What is to be hidden, first to last; what overlaps is one. */
  #find(text: string): readonly Span[] {
    const found: Span[] = []
    let code = 0
    for (let i = 0; i < text.length; i++) {
      code = next(code, text, i)
      if (i < SHORTEST - 1) continue
      const candidates = this.#spellings.get(code)
      if (candidates === undefined) continue
      const length = longestEndingAt(candidates.keys(), text, i + 1)
      if (length > 0) cover(found, i + 1 - length, i + 1)
    }
    return found
  }

  #learn(value: string): void {
    for (const spelling of spellings(value)) {
      const code = codeOf(spelling)
      const bucket = this.#spellings.get(code) ?? new Map<string, number>()
      bucket.set(spelling, (bucket.get(spelling) ?? 0) + 1)
      this.#spellings.set(code, bucket)
    }
  }

  #release(value: string): void {
    const times = this.#values.get(value)
    if (times === undefined) return
    if (times > 1) this.#values.set(value, times - 1)
    else this.#forget(value)
  }

  #forget(value: string): void {
    this.#values.delete(value)
    for (const spelling of spellings(value)) {
      const code = codeOf(spelling)
      const bucket = this.#spellings.get(code)
      const users = bucket?.get(spelling) ?? 0
      if (users > 1) bucket?.set(spelling, users - 1)
      else bucket?.delete(spelling)
      if (bucket?.size === 0) this.#spellings.delete(code)
    }
  }
}

interface Span {
  start: number
  end: number
}

/** As it is; as a Secret's `data` has it; as a URL has it; inside JSON inside a text. */
function spellings(value: string): ReadonlySet<string> {
  const base64 = Buffer.from(value).toString('base64')
  return new Set([value, base64, base64.replace(/=+$/, ''), encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)])
}

/** 31^6 and the like fit into 32 bits modulo 2^32: the code of the last six characters, moved on by one. */
const LEAVING = (31 ** (SHORTEST - 1)) | 0

function next(code: number, text: string, i: number): number {
  const without = i >= SHORTEST ? (code - Math.imul(text.charCodeAt(i - SHORTEST), LEAVING)) | 0 : code
  return (Math.imul(without, 31) + text.charCodeAt(i)) | 0
}

function codeOf(spelling: string): number {
  let code = 0
  for (let i = spelling.length - SHORTEST; i < spelling.length; i++) code = (Math.imul(code, 31) + spelling.charCodeAt(i)) | 0
  return code
}

function longestEndingAt(candidates: Iterable<string>, text: string, end: number): number {
  let longest = 0
  for (const candidate of candidates) if (candidate.length > longest && text.endsWith(candidate, end)) longest = candidate.length
  return longest
}

/** Adds what was found, and joins it with what it overlaps. */
function cover(found: Span[], start: number, end: number): void {
  let from = start
  while (found.length > 0 && found.at(-1)!.end > from) from = Math.min(from, found.pop()!.start)
  found.push({ start: from, end })
}
