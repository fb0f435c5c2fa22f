type Range = readonly [first: number, last: number]

const DIGIT: Range = [0x30, 0x39]
const UPPER: Range = [0x41, 0x5a]
const LOWER: Range = [0x61, 0x7a]
const UNDERSCORE: Range = [0x5f, 0x5f]
const SPACE: Range = [0x20, 0x20]
const LAST_CODE_POINT = 0x10ffff

/** POSIX classes as RE2 has them: ASCII alone. Ranges ascend. */
const POSIX: Readonly<Record<string, readonly Range[]>> = {
  alnum: [DIGIT, UPPER, LOWER],
  alpha: [UPPER, LOWER],
  ascii: [[0, 0x7f]],
  blank: [[0x09, 0x09], SPACE],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: [DIGIT],
  graph: [[0x21, 0x7e]],
  lower: [LOWER],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [[0x09, 0x0d], SPACE],
  upper: [UPPER],
  word: [DIGIT, UPPER, UNDERSCORE, LOWER],
  xdigit: [DIGIT, [0x41, 0x46], [0x61, 0x66]],
}

/** RE2's Perl classes are ASCII too, and its `\s` has no vertical tab; JavaScript's `\s` knows many more. */
const PERL: Readonly<Record<string, readonly Range[]>> = {
  d: [DIGIT],
  s: [[0x09, 0x0a], [0x0c, 0x0d], SPACE],
  w: [DIGIT, UPPER, UNDERSCORE, LOWER],
}

/** The inside of a JavaScript class for `[:name:]`, negated for `[:^name:]`. */
export function posixClass(name: string, negated: boolean): string | undefined {
  const ranges = Object.hasOwn(POSIX, name) ? POSIX[name]! : undefined
  return ranges && print(negated ? complement(ranges) : ranges)
}

/** The inside of a JavaScript class for `\d`, `\s`, `\w` and their negations in capitals. */
export function perlClass(letter: string): string | undefined {
  const name = letter.toLowerCase()
  const ranges = Object.hasOwn(PERL, name) ? PERL[name]! : undefined
  return ranges && print(letter === name ? ranges : complement(ranges))
}

/** Spelt out, as a class cannot stand negated inside of another one. */
function complement(ranges: readonly Range[]): readonly Range[] {
  const gaps: Range[] = []
  let next = 0
  for (const [first, last] of ranges) {
    if (first > next) gaps.push([next, first - 1])
    next = last + 1
  }
  return next <= LAST_CODE_POINT ? [...gaps, [next, LAST_CODE_POINT]] : gaps
}

function print(ranges: readonly Range[]): string {
  return ranges.map(([first, last]) => (first === last ? point(first) : `${point(first)}-${point(last)}`)).join('')
}

const point = (code: number): string => `\\u{${code.toString(16)}}`
