import type { Literal } from './ast.ts'
import { SyntaxFault, type Token } from './token.ts'

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n
const UINT_MAX = 2n ** 64n - 1n

/** The constant that a token spells. @param negative whether a minus stands before the number */
export function parseLiteral(token: Token, negative: boolean): Literal {
  const { text, at } = token
  switch (token.is) {
    case 'int': {
      const value = negative ? -BigInt(text) : BigInt(text)
      if (value < INT_MIN || value > INT_MAX) throw new SyntaxFault('invalid int literal', at)
      const number = Number(value)
      return { of: 'int', value: Number.isSafeInteger(number) ? number : value }
    }
    case 'uint': {
      const value = BigInt(text.slice(0, -1))
      if (value > UINT_MAX) throw new SyntaxFault('invalid uint literal', at)
      return { of: 'uint', value }
    }
    case 'double': {
      const value = Number(text)
      if (!Number.isFinite(value)) throw new SyntaxFault('invalid double literal', at)
      return { of: 'double', value: negative ? -value : value }
    }
    case 'string':
      return { of: 'string', value: stringOf(text, at) }
    default:
      return { of: 'bytes', value: bytesOf(text.slice(1), at) }
  }
}

function unquote(text: string): { readonly body: string; readonly raw: boolean } {
  const raw = /^[rR]/.test(text)
  const quoted = raw ? text.slice(1) : text
  const width = /^("""|''')/.test(quoted) ? 3 : 1
  return { body: quoted.slice(width, -width).replaceAll('\r\n', '\n').replaceAll('\r', '\n'), raw }
}

function stringOf(text: string, at: number): string {
  const { body, raw } = unquote(text)
  if (raw || !body.includes('\\')) return body
  return body.replace(ESCAPE, (sequence) => {
    const code = codeOf(sequence, at)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new SyntaxFault('invalid unicode code point', at)
    return String.fromCodePoint(code)
  })
}

function bytesOf(text: string, at: number): Uint8Array {
  const { body, raw } = unquote(text)
  if (raw || !body.includes('\\')) return new TextEncoder().encode(body)
  const parts: number[] = []
  let end = 0
  for (const match of body.matchAll(ESCAPE)) {
    parts.push(...new TextEncoder().encode(body.slice(end, match.index)))
    if (/^\\[uU]/.test(match[0])) throw new SyntaxFault(`invalid bytes literal: unable to unescape string`, at)
    parts.push(codeOf(match[0], at))
    end = match.index + match[0].length
  }
  parts.push(...new TextEncoder().encode(body.slice(end)))
  return Uint8Array.from(parts)
}

const ESCAPE = /\\(?:[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|[\s\S])/gu

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }

function codeOf(sequence: string, at: number): number {
  const rest = sequence.slice(1)
  if (/^[xXuU]./.test(rest)) return Number.parseInt(rest.slice(1), 16)
  if (/^[0-3]../.test(rest)) return Number.parseInt(rest, 8)
  const simple = SIMPLE[rest]
  if (simple !== undefined) return simple
  if (/^[\\?"'`]$/.test(rest)) return rest.codePointAt(0)!
  throw new SyntaxFault(`Syntax error: invalid escape sequence ${sequence}`, at)
}
