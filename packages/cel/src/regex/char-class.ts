export type RangeList = readonly (readonly [number, number])[]

/** A set of code points. */
export interface CharClass {
  readonly ranges: RangeList
  /** Sets that it contains beside the ranges. */
  readonly parts: readonly CharClass[]
  /** A set of Unicode's, which the platform knows. */
  readonly unicode: RegExp | undefined
  readonly negated: boolean
  /** Whether case is ignored. */
  readonly fold: boolean
}

export function classOf(ranges: RangeList, parts: readonly CharClass[] = []): CharClass {
  return { ranges, parts, unicode: undefined, negated: false, fold: false }
}

export function negateClass(set: CharClass): CharClass {
  return { ...set, negated: !set.negated }
}

export function hasChar(set: CharClass, code: number): boolean {
  return (set.fold ? variants(code).some((each) => hasExactly(set, each)) : hasExactly(set, code)) !== set.negated
}

function hasExactly(set: CharClass, code: number): boolean {
  return (
    set.ranges.some(([low, high]) => code >= low && code <= high) ||
    set.parts.some((part) => hasChar(set.fold ? { ...part, fold: true } : part, code)) ||
    (set.unicode?.test(String.fromCodePoint(code)) ?? false)
  )
}

/** Characters whose lower case is another's, and which Unicode folds with it. */
const ALSO: Readonly<Record<string, string>> = { s: 'ſ', k: '\u212a', å: '\u212b', ω: '\u2126', μ: '\u00b5', σ: 'ς', ß: 'ẞ' }

/** All characters that are the same when case is ignored. */
function variants(code: number): number[] {
  const char = String.fromCodePoint(code)
  const lower = char.toUpperCase().toLowerCase()
  const all = [char, char.toLowerCase(), char.toUpperCase(), lower, lower.toUpperCase(), ALSO[lower] ?? char]
  return all.filter((other) => [...other].length === 1).map((other) => other.codePointAt(0)!)
}

const DIGIT: RangeList = [[0x30, 0x39]]
const UPPER: RangeList = [[0x41, 0x5a]]
const LOWER: RangeList = [[0x61, 0x7a]]
const WORD: RangeList = [...DIGIT, ...UPPER, ...LOWER, [0x5f, 0x5f]]
/** RE2's `\s` has no vertical tab; POSIX' has. */
const SPACE: RangeList = [
  [9, 10],
  [12, 13],
  [0x20, 0x20],
]

export function perlClass(letter: string): CharClass | undefined {
  const ranges = { d: DIGIT, s: SPACE, w: WORD }[letter.toLowerCase()]
  if (ranges === undefined) return undefined
  return letter === letter.toLowerCase() ? classOf(ranges) : negateClass(classOf(ranges))
}

const POSIX: Readonly<Record<string, RangeList>> = {
  alnum: [...DIGIT, ...UPPER, ...LOWER],
  alpha: [...UPPER, ...LOWER],
  ascii: [[0, 0x7f]],
  blank: [
    [9, 9],
    [0x20, 0x20],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGIT,
  graph: [[0x21, 0x7e]],
  lower: LOWER,
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [9, 13],
    [0x20, 0x20],
  ],
  upper: UPPER,
  word: WORD,
  xdigit: [...DIGIT, [0x41, 0x46], [0x61, 0x66]],
}

export function posixClass(name: string, negated: boolean): CharClass | undefined {
  if (!Object.hasOwn(POSIX, name)) return undefined
  return { ...classOf(POSIX[name]!), negated }
}

/** `L`, `Lu`, `Greek`. `undefined` for what Unicode does not know. */
export function unicodeClass(name: string, negated: boolean): CharClass | undefined {
  if (name === 'Any') return { ...classOf([]), negated: !negated }
  try {
    const unicode = new RegExp(`\\p{${name.length > 2 ? `Script=${name}` : name}}`, 'u')
    return { ...classOf([]), unicode, negated }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A test that answers for ASCII from a table. */
export function compileClass(set: CharClass): (code: number) => boolean {
  const table = Uint8Array.from({ length: 128 }, (_, code) => (hasChar(set, code) ? 1 : 0))
  return (code) => (code < 128 ? table[code] === 1 : hasChar(set, code))
}
