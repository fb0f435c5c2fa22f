/**
 * A short text that a regular expression matches, for the constructs that patterns of fields use: characters, classes, groups, alternatives,
 * quantifiers, anchors. `undefined` when it uses others.
 */
export function textMatching(pattern: string): string | undefined {
  const reader = new Reader(pattern)
  const text = reader.alternatives()
  return text !== undefined && reader.atEnd && new RegExp(pattern).test(text) ? text : undefined
}

const CLASSES: Readonly<Record<string, string>> = { d: '1', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' }

class Reader {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length
  }

  /** The first alternative is as good as any. */
  alternatives(): string | undefined {
    const first = this.#sequence()
    while (this.#take('|')) if (this.#sequence() === undefined) return undefined
    return first
  }

  #sequence(): string | undefined {
    let text = ''
    while (!this.atEnd && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      if (atom === undefined) return undefined
      text += atom.repeat(this.#least())
    }
    return text
  }

  #atom(): string | undefined {
    const character = this.#next()
    switch (character) {
      case '^':
      case '$':
        return ''
      case '.':
        return 'a'
      case '(':
        return this.#group()
      case '[':
        return this.#set()
      case '\\':
        return this.#escape()
      default:
        return character
    }
  }

  #group(): string | undefined {
    if (this.#take('?') && !this.#take(':')) return undefined
    const text = this.alternatives()
    return this.#take(')') ? text : undefined
  }

  #set(): string | undefined {
    const from = this.#at
    const negated = this.#take('^')
    while (!this.atEnd && (this.#peek() !== ']' || this.#at === from)) if (this.#next() === '\\') this.#next()
    if (!this.#take(']')) return undefined
    const set = new RegExp(`^[${this.#pattern.slice(from, this.#at)}$`)
    const candidates = negated ? 'xX1-_ ' : 'aA1x-_./:+ '
    const chosen = [...candidates].find((candidate) => set.test(candidate))
    return chosen ?? Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).find((candidate) => set.test(candidate))
  }

  #escape(): string | undefined {
    const character = this.#next()
    if (character === undefined) return undefined
    if (character === 'b') return ''
    if (Object.hasOwn(CLASSES, character)) return CLASSES[character]
    return /[A-Za-z0-9]/.test(character) ? undefined : character
  }

  /** How often an atom must come: `+` once, `*` and `?` not at all, `{2,5}` twice. */
  #least(): number {
    const quantifier = /^(?:([*?+])|\{(\d+)(?:,\d*)?\})\??/.exec(this.#pattern.slice(this.#at))
    if (quantifier === null) return 1
    this.#at += quantifier[0].length
    if (quantifier[2] !== undefined) return Number(quantifier[2])
    return quantifier[1] === '+' ? 1 : 0
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at]
  }

  #next(): string | undefined {
    return this.#pattern[this.#at++]
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }
}
