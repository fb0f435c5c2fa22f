import { perlClass, posixClass } from './character-classes.ts'

/** The pattern is no RE2 pattern, or one of the few that cannot be translated. The message is worded as Go words it, where it can be. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/**
 * Translates a RE2 pattern, the syntax of `pattern` in schemas, to JavaScript, code point by code point.
 * @throws PatternError when the pattern is malformed or uses what JavaScript has no word for.
 */
export function compilePattern(pattern: string): RegExp {
  const source = translate(pattern)
  try {
    // Not the v flag, whose classes ignore case after any `(?i:…)` of the pattern (V8 13.6).
    return new RegExp(source, 'u')
  } catch (error) {
    if (error instanceof SyntaxError) throw new PatternError(`error parsing regexp: ${error.message}`)
    throw error
  }
}

/** Flags that are set for the rest of a group, such as `(?i)`, in the groups that are open: each is a group of its own in JavaScript. */
type OpenGroups = string[][]

function translate(pattern: string): string {
  let out = ''
  let at = 0
  const groups: OpenGroups = [[]]
  while (at < pattern.length) {
    const rest = pattern.slice(at)
    const [text, length] = translateGroup(rest, pattern, groups) ?? translateAtom(rest, pattern)
    out += text
    at += length
  }
  if (groups.length > 1) throw new PatternError(`error parsing regexp: missing closing ): \`${pattern}\``)
  return out + ')'.repeat(groups[0]!.length)
}

/** What opens, closes or divides a group; `undefined` for everything else. */
function translateGroup(rest: string, pattern: string, groups: OpenGroups): readonly [string, number] | undefined {
  const special = /^\(\?(?:P?<(\w+)>|([imsU]*)(?:-([imsU]+))?(:|\)))/.exec(rest)
  if (special) {
    const [text, name, on = '', off = '', end] = special
    if (name !== undefined) {
      groups.push([])
      return [`(?<${name}>`, text.length]
    }
    if (`${on}${off}`.includes('U'))
      throw new PatternError(`the pattern \`${pattern}\` swaps greediness with the flag U, which is not supported here`)
    const opening = `(?${on}${off === '' ? '' : `-${off}`}:`
    if (end === ':') groups.push([])
    else groups.at(-1)!.push(opening)
    return [opening, text.length]
  }
  const inner = groups.at(-1)!
  switch (rest[0]) {
    case '(':
      if (rest[1] === '?') throw new PatternError(`error parsing regexp: invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``)
      groups.push([])
      return ['(', 1]
    case ')':
      if (groups.length === 1) throw new PatternError(`error parsing regexp: unexpected ): \`${pattern}\``)
      groups.pop()
      return [')'.repeat(1 + inner.length), 1]
    case '|':
      // Flags last across alternatives; the groups that stand for them must not swallow the division.
      return [`${')'.repeat(inner.length)}|${inner.join('')}`, 1]
    default:
      return undefined
  }
}

function translateAtom(rest: string, pattern: string): readonly [string, number] {
  if (rest.startsWith('\\Q')) {
    const end = rest.indexOf('\\E')
    return [escapeLiteral(rest.slice(2, end < 0 ? undefined : end)), end < 0 ? rest.length : end + 2]
  }
  if (rest.startsWith('[')) return translateClass(rest, pattern)
  const assertion = /^(?:[\^$]|\\[AzbB])/.exec(rest)?.[0]
  if (assertion) {
    const text = ASSERTIONS[assertion] ?? assertion
    // RE2 lets an assertion be repeated, JavaScript only a group of one.
    return [/^[*+?{]/.test(rest.slice(assertion.length)) ? `(?:${text})` : text, assertion.length]
  }
  if (rest.startsWith('\\')) return translateEscape(rest, false)
  const quantifier = /^\{(\d+)(?:,(\d*))?\}/.exec(rest)
  if (quantifier && Math.max(Number(quantifier[1]), Number(quantifier[2] ?? 0)) > LARGEST_REPEAT) {
    throw new PatternError(`error parsing regexp: invalid repeat count: \`${quantifier[0]}\``)
  }
  const text = quantifier?.[0] ?? rest[0]!
  // A brace that opens no quantifier, and a bracket that closes nothing, stand for themselves in RE2.
  return [text === '.' ? translateDot(pattern) : /^[\]{}]$/.test(text) ? `\\${text}` : text, text.length]
}

const LARGEST_REPEAT = 1000

const ASSERTIONS: Readonly<Record<string, string>> = { '\\A': '(?<![\\s\\S])', '\\z': '(?![\\s\\S])' }

/** A dot under `s` must match everything; without it everything but \n. A pattern that turns `s` on anywhere gets JavaScript's dot and its flag. */
function translateDot(pattern: string): string {
  return /\(\?[a-zA-Z]*s/.test(pattern) ? '.' : '[^\\n]'
}

function escapeLiteral(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
}

function translateClass(rest: string, pattern: string): readonly [string, number] {
  let out = '['
  let at = 1
  if (rest[at] === '^') {
    out += '^'
    at += 1
  }
  const start = at
  // Whether a dash that comes now makes a range, or closes one: RE2 takes any other dash as itself, JavaScript refuses it.
  let range: 'may open' | 'open' | 'no' = 'no'
  while (at < rest.length) {
    const left = rest.slice(at)
    const posix = /^\[:(\^?)(\w+):\]/.exec(left)
    if (posix) {
      const text = posixClass(posix[2]!, posix[1] === '^')
      if (text === undefined) throw new PatternError(`error parsing regexp: invalid character class range: \`${posix[0]}\``)
      out += text
      at += posix[0].length
      range = 'no'
    } else if (left[0] === ']' && at > start) {
      return [`${out}]`, at + 1]
    } else if (left[0] === '-' && range === 'may open' && left[1] !== ']') {
      out += '-'
      at += 1
      range = 'open'
    } else {
      const [text, length] = left[0] === '\\' ? translateEscape(left, true) : translateClassCharacter(left)
      out += text
      at += length
      range = range === 'open' || /^\\[dswDSWpP]/.test(left) ? 'no' : 'may open'
    }
  }
  throw new PatternError(`error parsing regexp: missing closing ]: \`${pattern}\``)
}

function translateClassCharacter(left: string): readonly [string, number] {
  const char = String.fromCodePoint(left.codePointAt(0)!)
  return [/[[\]^-]/.test(char) ? `\\${char}` : char, char.length]
}

const CONTROLS: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' }

function translateEscape(rest: string, inClass: boolean): readonly [string, number] {
  const char = rest[1] ?? ''
  const perl = perlClass(char)
  if (perl !== undefined) return [inClass ? perl : `[${perl}]`, 2]
  const unicode = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest)
  if (unicode) {
    const [text, letter, caret, long, short] = unicode
    const negated = (letter === 'P') !== (caret === '^')
    const name = long ?? short!
    // General categories have one or two letters; longer names are scripts.
    return [`\\${negated ? 'P' : 'p'}{${name.length > 2 ? `Script=${name}` : name}}`, text.length]
  }
  const hex = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest)
  if (hex) return [`\\u{${hex[1] ?? hex[2]!}}`, hex[0].length]
  // A single digit would be a reference back, which RE2 has not.
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
  if (octal) return [`\\u{${Number.parseInt(octal[1]!, 8).toString(16)}}`, octal[0].length]
  const control = CONTROLS[char]
  if (control !== undefined) return [control, 2]
  if (char === '' || /[A-Za-z0-9]/.test(char)) throw new PatternError(`error parsing regexp: invalid escape sequence: \`\\${char}\``)
  return [char === '-' && inClass ? '\\-' : escapeLiteral(char), 2]
}
