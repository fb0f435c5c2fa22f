import { type CharClass, classOf, negateClass, perlClass, posixClass, type RangeList, unicodeClass } from './char-class.ts'

/** The pattern is none of RE2's. Worded as Go words it. */
export class RegexError extends Error {
  override readonly name = 'RegexError'
  constructor(reason: string) {
    super(`error parsing regexp: ${reason}`)
  }
}

export type Assertion = 'line start' | 'line end' | 'text start' | 'text end' | 'word' | 'no word'
export type Node =
  | { readonly is: 'empty' }
  | { readonly is: 'char'; readonly set: CharClass }
  | { readonly is: 'assert'; readonly what: Assertion }
  | { readonly is: 'concat' | 'either'; readonly nodes: readonly Node[] }
  | { readonly is: 'repeat'; readonly node: Node; readonly min: number; readonly max: number; readonly greedy: boolean }

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly U: boolean
}

const MOST_REPEATS = 1000
const DEEPEST = 1000

/** @throws RegexError */
export function parseRegex(pattern: string): Node {
  return new PatternParser(pattern).parse()
}

class PatternParser {
  readonly #pattern: string
  readonly #chars: readonly string[]
  #at = 0
  #depth = 0
  #flags: Flags = { i: false, m: false, s: false, U: false }

  constructor(pattern: string) {
    this.#pattern = pattern
    this.#chars = Array.from(pattern)
  }

  parse(): Node {
    const node = this.#either()
    if (this.#at < this.#chars.length) throw new RegexError(`unexpected ): \`${this.#pattern}\``)
    return node
  }

  #rest(length = 1): string {
    return this.#chars.slice(this.#at, this.#at + length).join('')
  }

  #either(): Node {
    const nodes = [this.#concat()]
    while (this.#chars[this.#at] === '|') {
      this.#at++
      nodes.push(this.#concat())
    }
    return nodes.length === 1 ? nodes[0]! : { is: 'either', nodes }
  }

  #concat(): Node {
    const nodes: Node[] = []
    for (;;) {
      const char = this.#chars[this.#at]
      if (char === undefined || char === '|' || char === ')') return nodes.length === 1 ? nodes[0]! : { is: 'concat', nodes }
      const atom = this.#atom()
      if (atom !== undefined) nodes.push(...atom.slice(0, -1), this.#repeated(atom.at(-1)!))
    }
  }

  #repeated(node: Node): Node {
    let current = node
    let previous = ''
    for (;;) {
      const quantifier = this.#quantifier()
      if (quantifier === undefined) return current
      const { min, max, text } = quantifier
      if (previous !== '') throw new RegexError(`invalid nested repetition operator: \`${previous}${text}\``)
      const lazy = this.#chars[this.#at] === '?'
      if (lazy) this.#at++
      previous = lazy ? `${text}?` : text
      current = { is: 'repeat', node: current, min, max, greedy: lazy === this.#flags.U }
    }
  }

  #quantifier(): { readonly min: number; readonly max: number; readonly text: string } | undefined {
    const char = this.#chars[this.#at]
    const simple =
      char === '*' ? [0, Number.POSITIVE_INFINITY] : char === '+' ? [1, Number.POSITIVE_INFINITY] : char === '?' ? [0, 1] : undefined
    if (simple !== undefined) {
      this.#at++
      return { min: simple[0]!, max: simple[1]!, text: char! }
    }
    if (char !== '{') return undefined
    const braces = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#rest(20))
    if (braces === null) return undefined
    const [text, low, comma, high] = braces
    const min = Number(low)
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    if (min > MOST_REPEATS || (Number.isFinite(max) && max > MOST_REPEATS) || min > max)
      throw new RegexError(`invalid repeat count: \`${text}\``)
    this.#at += text.length
    return { min, max, text }
  }

  /** The nodes of the next atom: several for a quoted text. Nothing where flags are set. */
  #atom(): readonly Node[] | undefined {
    const char = this.#chars[this.#at]!
    this.#at++
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return [this.#char(this.#class())]
      case '.':
        return [this.#char(this.#flags.s ? negateClass(classOf([])) : negateClass(classOf([[10, 10]])))]
      case '^':
        return [{ is: 'assert', what: this.#flags.m ? 'line start' : 'text start' }]
      case '$':
        return [{ is: 'assert', what: this.#flags.m ? 'line end' : 'text end' }]
      case '*':
      case '+':
      case '?':
        throw new RegexError(`missing argument to repetition operator: \`${char}\``)
      case '\\':
        return this.#escaped()
      default:
        return [this.#char(classOf([[char.codePointAt(0)!, char.codePointAt(0)!]]))]
    }
  }

  #char(set: CharClass): Node {
    return { is: 'char', set: this.#flags.i ? { ...set, fold: true } : set }
  }

  #group(): readonly Node[] | undefined {
    const outer = this.#flags
    if (this.#chars[this.#at] === '?') {
      const head = /^\?(?:P?<([^>]*)>|([imsU]*)(?:-([imsU]+))?([:)]))/.exec(this.#rest(200))
      if (head === null) throw new RegexError(`invalid or unsupported Perl syntax: \`(${this.#rest(2)}\``)
      if (head[1] !== undefined && !/^\w+$/.test(head[1])) throw new RegexError(`invalid named capture: \`(${head[0]}\``)
      this.#at += head[0].length
      const flags = { ...outer }
      for (const flag of head[2] ?? '') flags[flag as keyof Flags] = true
      for (const flag of head[3] ?? '') flags[flag as keyof Flags] = false
      this.#flags = flags
      if (head[4] === ')') return undefined
    }
    if (++this.#depth > DEEPEST) throw new RegexError(`expression nests too deeply: \`${this.#pattern}\``)
    const inner = this.#either()
    this.#depth--
    if (this.#chars[this.#at] !== ')') throw new RegexError(`missing closing ): \`${this.#pattern}\``)
    this.#at++
    this.#flags = outer
    return [inner]
  }

  #escaped(): readonly Node[] {
    const char = this.#chars[this.#at]
    if (char === undefined) throw new RegexError('trailing backslash at end of expression: ``')
    if (char === 'Q') {
      const rest = this.#chars.slice(this.#at + 1).join('')
      const end = rest.indexOf('\\E')
      const text = Array.from(end < 0 ? rest : rest.slice(0, end))
      this.#at += 1 + text.length + (end < 0 ? 0 : 2)
      return text.length === 0 ? [{ is: 'empty' }] : text.map((each) => this.#char(classOf([[each.codePointAt(0)!, each.codePointAt(0)!]])))
    }
    const assertion = ASSERTIONS[char]
    if (assertion !== undefined) {
      this.#at++
      return [{ is: 'assert', what: assertion }]
    }
    return [this.#char(this.#escapedClass())]
  }

  /** What stands behind a backslash, in a class or outside. */
  #escapedClass(): CharClass {
    const char = this.#chars[this.#at]!
    const perl = perlClass(char)
    if (perl !== undefined) {
      this.#at++
      return perl
    }
    if (char === 'p' || char === 'P') {
      const name = /^[pP](?:\{(\^?)(\w+)\}|(\w))/.exec(this.#rest(50))
      const set = name === null ? undefined : unicodeClass(name[2] ?? name[3]!, (char === 'P') !== (name[1] === '^'))
      if (name === null || set === undefined) throw new RegexError(`invalid character class range: \`\\${name?.[0] ?? this.#rest(2)}\``)
      this.#at += name[0].length
      return set
    }
    const code = this.#escapedCode()
    return classOf([[code, code]])
  }

  #escapedCode(): number {
    const rest = this.#rest(12)
    const hex = /^x(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(rest)
    const octal = hex === null ? /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest) : null
    if (hex !== null || octal !== null) {
      this.#at += (hex ?? octal)![0].length
      return hex === null ? Number.parseInt(octal![0], 8) : Number.parseInt(hex[1] ?? hex[2]!, 16)
    }
    const char = this.#chars[this.#at]!
    const control = CONTROLS[char]
    if (control === undefined && /[A-Za-z0-9]/.test(char)) throw new RegexError(`invalid escape sequence: \`\\${char}\``)
    this.#at++
    return control ?? char.codePointAt(0)!
  }

  #class(): CharClass {
    const start = this.#at
    const negated = this.#chars[this.#at] === '^'
    if (negated) this.#at++
    const ranges: RangeList[number][] = []
    const parts: CharClass[] = []
    let first = true
    for (;;) {
      const char = this.#chars[this.#at]
      if (char === undefined) throw new RegexError(`missing closing ]: \`[${this.#chars.slice(start).join('')}\``)
      if (char === ']' && !first) break
      first = false
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.#rest(20))
      if (posix !== null) {
        const set = posixClass(posix[2]!, posix[1] === '^')
        if (set === undefined) throw new RegexError(`invalid character class range: \`${posix[0]}\``)
        parts.push(set)
        this.#at += posix[0].length
        continue
      }
      const low = this.#classItem()
      if (typeof low !== 'number') {
        parts.push(low)
        continue
      }
      let high = low
      if (this.#chars[this.#at] === '-' && this.#chars[this.#at + 1] !== ']' && this.#at + 1 < this.#chars.length) {
        const from = this.#at
        this.#at++
        const end = this.#classItem()
        if (typeof end !== 'number' || end < low) {
          throw new RegexError(
            `invalid character class range: \`${String.fromCodePoint(low)}${this.#chars.slice(from, this.#at).join('')}\``,
          )
        }
        high = end
      }
      ranges.push([low, high])
    }
    this.#at++
    const set = classOf(ranges, parts)
    return negated ? negateClass(set) : set
  }

  #classItem(): number | CharClass {
    const char = this.#chars[this.#at]!
    this.#at++
    if (char !== '\\') return char.codePointAt(0)!
    const next = this.#chars[this.#at]
    if (next === undefined) throw new RegexError('trailing backslash at end of expression: ``')
    if (/[dswDSWpP]/.test(next)) return this.#escapedClass()
    return this.#escapedCode()
  }
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = { A: 'text start', z: 'text end', b: 'word', B: 'no word' }
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }
