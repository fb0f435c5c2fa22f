import { isIPv4, isIPv6 } from 'node:net'
import { isDnsLabel, isDnsSubdomain } from '@kubewright/core'
import { isCreditCard, isIsbn10, isIsbn13 } from './check-digits.ts'
import { isDuration } from './duration-format.ts'

// The formats that the API server knows (go-openapi's strfmt and two of Kubernetes' own), with strfmt's tastes. Any other name is no format.

const UUID = (version: string, variant: string) =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i')
const ANY_HEX = '[0-9a-f]'

const matches = (pattern: RegExp) => (text: string) => pattern.test(text)

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime,
  datetime: isDateTime,
  date: isDate,
  duration: isDuration,
  ipv4: isIpv4,
  ipv6: isIpv6,
  cidr: isCidr,
  mac: matches(
    /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}(?:[0-9a-f]{2})$|^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\2){6}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4}$/i,
  ),
  uri: isRequestUri,
  hostname: isHostname,
  email: isEmail,
  uuid: matches(UUID(ANY_HEX, ANY_HEX)),
  uuid3: matches(UUID('3', ANY_HEX)),
  uuid4: matches(UUID('4', '[89ab]')),
  uuid5: matches(UUID('5', '[89ab]')),
  byte: matches(/^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(/^rgb\(\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*(?:,\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*){2}\)$/),
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  password: () => true,
  'k8s-short-name': (text) => isDnsLabel(text),
  'k8s-long-name': (text) => isDnsSubdomain(text),
}

/** The check of a format of texts, `undefined` for a name that the API server does not know and so ignores. */
export function textFormat(name: string): ((text: string) => boolean) | undefined {
  return Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined
}

const NUMBER_FORMATS = new Set(['int32', 'int64', 'uint32', 'uint64', 'float', 'float32', 'double', 'float64'])

export function isKnownFormat(name: string): boolean {
  return NUMBER_FORMATS.has(name) || textFormat(name) !== undefined
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (!match) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

function isDateTime(text: string): boolean {
  const [date, time, ...more] = text.toLowerCase().split('t') as [string, string?, ...string[]]
  const match = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time ?? '')
  return more.length === 0 && isDate(date) && match !== null && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59'
}

/** Leading zeros are legal, as they were in Go before 1.17: Kubernetes keeps the old parser for stored objects. */
function isIpv4(text: string): boolean {
  return isIPv4(text.replace(/(^|\.)0+(?=\d)/g, '$1'))
}

/** A zone is not legal, a dotted end is. */
function isIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isCidr(text: string): boolean {
  const match = /^(.+)\/(0|[1-9]\d{0,2})$/.exec(text)
  if (!match) return false
  return (isIpv4(match[1]!) && Number(match[2]) <= 32) || (isIpv6(match[1]!) && Number(match[2]) <= 128)
}

/** Go's `url.ParseRequestURI`: an absolute URI or an absolute path. */
function isRequestUri(text: string): boolean {
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return false
  const match = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(.*)$/s.exec(text)!
  const rest = match[1]!
  if (!rest.startsWith('/')) return rest !== text
  const [, authority = '', path = ''] = /^(?:\/\/([^/?]*))?([^?]*)/.exec(rest)!
  return !/[ <>"\\^`{}|]/.test(authority) && !/%(?![0-9A-Fa-f]{2})/.test(authority + path)
}

function isHostname(text: string): boolean {
  const shape =
    /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u
  return text.length <= 255 && shape.test(text)
}

/** Go's `mail.ParseAddress`, for addresses people write: `a@b.c` and `Name <a@b.c>`. */
function isEmail(text: string): boolean {
  const address = /^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text.trim()
  return /^(?:[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)*|"[^"]*")@(?:[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)*|\[[^\]]+\])$/.test(
    address,
  )
}
