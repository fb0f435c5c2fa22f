import { quoted } from '../values/text.ts'

export interface Address {
  /** Four, or sixteen. */
  readonly bytes: readonly number[]
  readonly zone: string
}

/** Reads an address as Go's netip does. Returns the reason where it is none. */
export function parseAddress(text: string): Address | string {
  const first = /[.:%]/.exec(text)?.[0]
  if (first === '.') return parseV4(text)
  if (first === ':') return parseV6(text)
  return first === '%' ? `ParseAddr(${quoted(text)}): missing IPv6 address` : `ParseAddr(${quoted(text)}): unable to parse IP`
}

function parseV4(text: string): Address | string {
  const fields = text.split('.')
  const refuse = (reason: string): string => `ParseAddr(${quoted(text)}): ${reason}`
  for (const field of fields) {
    if (/[^0-9]/.test(field)) return refuse(`unexpected character (at ${quoted(text.slice(text.search(/[^0-9.]/)))})`)
    if (field === '')
      return refuse(
        `IPv4 field must have at least one digit (at ${quoted(text.startsWith('.') ? text : text.includes('..') ? text.slice(text.indexOf('..') + 1) : '.')})`,
      )
    if (field.length > 1 && field.startsWith('0')) return refuse('IPv4 field has octet with leading zero')
    if (Number(field) > 255) return refuse('IPv4 field has value >255')
  }
  if (fields.length > 4) return refuse('IPv4 address too long')
  if (fields.length < 4) return refuse('IPv4 address too short')
  return { bytes: fields.map(Number), zone: '' }
}

function parseV6(text: string): Address | string {
  const refuse = (reason: string): string => `ParseAddr(${quoted(text)}): ${reason}`
  const [address, zone] = /^([^%]*)(?:%(.*))?$/s.exec(text)!.slice(1) as [string, string | undefined]
  if (zone === '') return refuse('zone must be a non-empty string')
  const halves = address.split('::')
  if (halves.length > 2)
    return refuse(`multiple :: in address (at ${quoted(address.slice(address.indexOf('::', address.indexOf('::') + 1) + 1))})`)
  const groups: number[][] = []
  for (const [index, half] of halves.entries()) {
    const bytes: number[] = []
    const fields = half === '' ? [] : half.split(':')
    for (const [position, field] of fields.entries()) {
      if (field.includes('.') && index === halves.length - 1 && position === fields.length - 1) {
        const v4 = parseV4(field)
        if (typeof v4 === 'string') return refuse(v4.replace(/^.*?\): /, ''))
        bytes.push(...v4.bytes)
      } else if (!/^[0-9a-fA-F]*$/.test(field))
        return refuse(`unexpected character, want colon (at ${quoted(address.slice(address.search(/[^0-9a-fA-F:.]/)))})`)
      else if (field === '') return refuse(`each colon-separated field must have at least one digit (at ${quoted(text)})`)
      else if (field.length > 4)
        return refuse(`each group must have 4 or less digits (at ${quoted(address.slice(address.indexOf(field)))})`)
      else bytes.push(Number.parseInt(field, 16) >> 8, Number.parseInt(field, 16) & 0xff)
    }
    groups.push(bytes)
  }
  const length = groups.flat().length
  if (halves.length === 1) {
    if (length < 16) return refuse('address string too short')
    return length > 16
      ? refuse(`trailing garbage after address (at ${quoted(address.split(':').slice(8).join(':'))})`)
      : { bytes: groups[0]!, zone: zone ?? '' }
  }
  if (length > 14) return refuse('the :: must expand to at least one field of zeros')
  return { bytes: [...groups[0]!, ...new Array<number>(16 - length).fill(0), ...groups[1]!], zone: zone ?? '' }
}

export function printAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const fields = Array.from({ length: 8 }, (_, index) => (bytes[2 * index]! << 8) | bytes[2 * index + 1]!)
  const zeros = longestZeros(fields)
  const hex = (part: readonly number[]): string => part.map((field) => field.toString(16)).join(':')
  return zeros === undefined ? hex(fields) : `${hex(fields.slice(0, zeros.start))}::${hex(fields.slice(zeros.end))}`
}

/** RFC 5952: the first longest run of at least two fields of zeros is what `::` stands for. */
function longestZeros(fields: readonly number[]): { readonly start: number; readonly end: number } | undefined {
  let best = { start: 0, end: 1 }
  for (let start = 0; start < fields.length; start++) {
    let end = start
    while (fields[end] === 0) end++
    if (end - start > best.end - best.start) best = { start, end }
  }
  return best.end - best.start > 1 ? best : undefined
}

/** `::ffff:10.0.0.1`. */
export function isMapped(bytes: readonly number[]): boolean {
  return bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

export const bitsOf = (bytes: readonly number[]): number => bytes.length * 8

/** The address with what is behind the prefix zeroed. */
export function mask(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8))
    return byte & (0xff << (8 - kept)) & 0xff
  })
}
