import { type Condition, operatorParts } from './document.ts'
import { matchesPattern } from './pattern.ts'

/** What is known of a request, by key in lower case. A key that is absent is not known. */
export type Context = ReadonlyMap<string, readonly string[]>

/** All of them hold. `version`: variables are filled in for 2012-10-17 only. */
export function conditionsHold(conditions: readonly Condition[], context: Context, version: string): boolean {
  return conditions.every((condition) => holds(condition, context, version))
}

function holds({ operator, key, values }: Condition, context: Context, version: string): boolean {
  const { base, set, ifExists } = operatorParts(operator)
  const actual = context.get(key.toLowerCase())
  if (base === 'null') return values.some((value) => (value.toLowerCase() === 'true') === (actual === undefined))
  const negative = base.includes('not')
  const wanted = values.map((value) => withVariables(value, context, version))
  const single = (value: string) => {
    const found = wanted.some((each) => compare(base.replace('not', ''), value, each))
    return negative ? !found : found
  }
  // ForAllValues holds for a key that is not there; so does a negated operator, as AWS documents.
  if (actual === undefined || actual.length === 0) return ifExists || set === 'all' || (negative && set === undefined)
  return set === 'all' || (negative && set === undefined) ? actual.every(single) : actual.some(single)
}

function compare(base: string, actual: string, wanted: string): boolean {
  if (base.startsWith('numeric')) return ordered(base.slice('numeric'.length), Number(actual), Number(wanted))
  if (base.startsWith('date')) return ordered(base.slice('date'.length), instant(actual), instant(wanted))
  switch (base) {
    case 'stringequals':
      return actual === wanted
    case 'stringequalsignorecase':
      return actual.toLowerCase() === wanted.toLowerCase()
    case 'stringlike':
      return matchesPattern(wanted, actual)
    case 'arnequals':
    case 'arnlike':
      return matchesPattern(wanted, actual)
    case 'bool':
      return actual.toLowerCase() === wanted.toLowerCase()
    case 'ipaddress':
      return inRange(actual, wanted)
    default:
      return false
  }
}

function ordered(relation: string, actual: number, wanted: number): boolean {
  switch (relation) {
    case 'equals':
      return actual === wanted
    case 'lessthan':
      return actual < wanted
    case 'lessthanequals':
      return actual <= wanted
    case 'greaterthan':
      return actual > wanted
    case 'greaterthanequals':
      return actual >= wanted
    default:
      return false
  }
}

/** ISO 8601 or seconds since the epoch. */
const instant = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))

/** IPv4 with a prefix length; anything else has to be the same text. */
function inRange(address: string, range: string): boolean {
  const [network = '', length = '32'] = range.split('/')
  const [a, b] = [number4(address), number4(network)]
  if (a === undefined || b === undefined) return address === network
  const shift = 2 ** (32 - Number(length))
  return Math.floor(a / shift) === Math.floor(b / shift)
}

function number4(address: string): number | undefined {
  const parts = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  return parts === null ? undefined : parts.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** `${aws:username}` and the like; an unknown one stays, and so matches nothing. `${*}`, `${?}`, `${$}` are the characters themselves. */
export function withVariables(text: string, context: Context, version: string): string {
  if (version !== '2012-10-17') return text
  return text.replace(/\$\{([^},]+)(?:,\s*'([^']*)')?\}/g, (whole, key: string, fallback: string | undefined) => {
    if (key === '*' || key === '?' || key === '$') return key
    return context.get(key.trim().toLowerCase())?.[0] ?? fallback ?? whole
  })
}
