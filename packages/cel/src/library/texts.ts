import { CelEvaluationError } from '../errors.ts'
import { codesOf, type Regex } from '../regex/regex.ts'
import { joinPoints, lengthOf, pointsOf } from '../values/text.ts'
import { ArrayList, type CelInt, type CelList, type CelValue } from '../values/value.ts'
import { formatText } from './format-text.ts'
import { type Evaluate, type Overload, overload } from './overload.ts'
import { regexOf } from './standard.ts'

/** The strings library, in the version that Kubernetes turns on (2), and its functions for regular expressions. */
export function textLibrary(): Overload[] {
  return [
    overload('string.charAt(int): string', charAt),
    overload('string.indexOf(string): int', (text: string, part: string) => indexOf(text, part, 0)),
    overload('string.indexOf(string, int): int', indexOf),
    overload('string.lastIndexOf(string): int', (text: string, part: string) => lastIndexOf(text, part, undefined)),
    overload('string.lastIndexOf(string, int): int', lastIndexOf),
    overload('string.lowerAscii(): string', (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
    overload('string.upperAscii(): string', (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
    overload('string.replace(string, string): string', (text: string, part: string, by: string) => replace(text, part, by, -1)),
    overload('string.replace(string, string, int): string', replace),
    overload('string.split(string): list(string)', (text: string, by: string) => split(text, by, -1)),
    overload('string.split(string, int): list(string)', split),
    overload('string.substring(int): string', (text: string, start: CelInt) => substring(text, start, undefined)),
    overload('string.substring(int, int): string', substring),
    overload('string.trim(): string', trim),
    overload('string.format(list(dyn)): string', formatText),
    overload('strings::quote(string): string', quote),
    overload('list(string).join(): string', (list: CelList) => join(list, '')),
    overload('list(string).join(string): string', join),
    overload('string.find(string): string', (text: string, pattern: string) => findAllIn(text, illegal(pattern), 1)[0] ?? '', prepareFind),
    overload(
      'string.findAll(string): list(string)',
      (text: string, pattern: string) => new ArrayList(findAllIn(text, illegal(pattern), -1)),
      prepareFindAll,
    ),
    overload(
      'string.findAll(string, int): list(string)',
      (text: string, pattern: string, most: CelInt) => new ArrayList(findAllIn(text, illegal(pattern), Number(most))),
      prepareFindAll,
    ),
  ]
}

/** Functions of later versions of the strings library, which Kubernetes does not turn on. */
export function textReversal(): Overload[] {
  return [overload('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''))]
}

/** What Go takes for white space. JavaScript has the byte order mark beside it, and not U+0085. */
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, 'g')

function trim(text: string): string {
  return text.replace(AROUND, '')
}

function outOfRange(index: CelInt): CelEvaluationError {
  return new CelEvaluationError(`index out of range: ${index}`)
}

function charAt(text: string, index: CelInt): CelValue {
  const points = pointsOf(text)
  if (index < 0 || index > points.length) throw outOfRange(index)
  return points[Number(index)] ?? ''
}

function indexOf(text: string, part: string, from: CelInt): CelValue {
  if (from < 0) throw outOfRange(from)
  const points = pointsOf(text)
  const start = Number(from)
  if (part === '') return from
  if (start >= points.length) return -1
  const found = text.indexOf(part, joinPoints(points, 0, start).length)
  return found < 0 ? -1 : lengthOf(text.slice(0, found))
}

function lastIndexOf(text: string, part: string, from: CelInt | undefined): CelValue {
  if (from !== undefined && from < 0) throw outOfRange(from)
  const points = pointsOf(text)
  if (part === '') return from ?? points.length
  if (from !== undefined && from >= points.length) return -1
  const found = text.lastIndexOf(part, from === undefined ? undefined : joinPoints(points, 0, Number(from)).length)
  return found < 0 ? -1 : lengthOf(text.slice(0, found))
}

function replace(text: string, part: string, by: string, most: CelInt): CelValue {
  const limit = most < 0 ? Number.POSITIVE_INFINITY : Number(most)
  // Go puts an empty part before every character and at the end.
  const pieces = part === '' ? ['', ...Array.from(text)] : text.split(part)
  if (part === '' && limit > 0) {
    const points = Array.from(text)
    return points.map((point, index) => (index < limit ? by + point : point)).join('') + (points.length < limit ? by : '')
  }
  return pieces.reduce((joined, piece, index) => (index === 0 ? piece : joined + (index <= limit ? by : part) + piece), '')
}

function split(text: string, by: string, most: CelInt): CelValue {
  if (Number(most) === 0) return new ArrayList([])
  const pieces = by === '' ? Array.from(text) : text.split(by)
  if (most > 0 && pieces.length > most) pieces.splice(Number(most) - 1, Number.POSITIVE_INFINITY, pieces.slice(Number(most) - 1).join(by))
  return new ArrayList(pieces)
}

function substring(text: string, start: CelInt, end: CelInt | undefined): CelValue {
  const points = pointsOf(text)
  const last = end ?? points.length
  if (end !== undefined && start > end) throw new CelEvaluationError(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0 || start > points.length) throw outOfRange(start)
  if (last < 0 || last > points.length) throw outOfRange(last)
  return joinPoints(points, Number(start), Number(last))
}

function join(list: CelList, separator: string): CelValue {
  let joined = ''
  let index = 0
  for (const element of list) {
    if (typeof element !== 'string') throw new CelEvaluationError(`join: invalid input: ${String(element)}`)
    joined += index++ === 0 ? element : separator + element
  }
  return joined
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quote(text: string): string {
  return `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, (char) => ESCAPES[char]!)}"`
}

/** A pattern that was not known before is complained about in other words. */
function illegal(pattern: string): Regex {
  return regexOf(pattern, (reason) => `Illegal regex: ${reason}`)
}

type Constants = readonly (CelValue | undefined)[]

function prepareFind([, pattern]: Constants): Evaluate | undefined {
  if (typeof pattern !== 'string') return undefined
  const regex = regexOf(pattern, (reason) => reason)
  return (text) => findAllIn(text as string, regex, 1)[0] ?? ''
}

function prepareFindAll([, pattern]: Constants): Evaluate | undefined {
  if (typeof pattern !== 'string') return undefined
  const regex = regexOf(pattern, (reason) => reason)
  return (text, _pattern, most) => new ArrayList(findAllIn(text as string, regex, Number(most ?? -1)))
}

function findAllIn(text: string, regex: Regex, most: number): string[] {
  const codes = codesOf(text)
  const found: string[] = []
  let previousEnd = -1
  for (let from = 0; from <= codes.length && (most < 0 || found.length < most); ) {
    const match = regex.find(codes, from)
    if (match === undefined) break
    const [start, end] = match
    // As Go: an empty match that touches the one before is none.
    if (end > start || start !== previousEnd) found.push(String.fromCodePoint(...codes.slice(start, end)))
    previousEnd = end
    from = end > start ? end : end + 1
  }
  return found
}
