import { crc32 } from 'node:zlib'

/**
 * One line of a file: the CRC-32 of what follows in eight hex digits, a space, JSON. A line can be looked at with common tools, and after a bad
 * one the next is found again: which tells a last line that a crash tore from damage in the middle.
 */
export function lineOf(value: unknown): Buffer {
  const json = JSON.stringify(value)
  return Buffer.from(`${checksum(json)} ${json}\n`)
}

export type Line =
  | { readonly is: 'value'; readonly value: unknown; readonly at: number }
  /** Neither complete nor in order. `last`: nothing follows it but zeros, which some file systems leave behind a crash. */
  | { readonly is: 'broken'; readonly last: boolean; readonly at: number }

/** The lines of a file; `at` is the offset in bytes at which each begins. Ends with the first that is broken. */
export function* linesOf(bytes: Buffer): Generator<Line> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at)
    const value = end === -1 ? undefined : read(bytes.toString('utf8', at, end))
    if (value === undefined) {
      yield { is: 'broken', last: end === -1 || end + 1 === bytes.length || isZero(bytes.subarray(at)), at }
      return
    }
    yield { is: 'value', value: value.json, at }
    at = end + 1
  }
}

const NEWLINE = 10
const DIGITS = 8

const checksum = (json: string): string => crc32(json).toString(16).padStart(DIGITS, '0')

function read(line: string): { readonly json: unknown } | undefined {
  const json = line.slice(DIGITS + 1)
  return line[DIGITS] === ' ' && line.slice(0, DIGITS) === checksum(json) ? { json: JSON.parse(json) } : undefined
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0)
