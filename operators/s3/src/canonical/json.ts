import { createHash } from 'node:crypto'
import { compareText } from './order.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The same text for the same value, whatever the order of its keys; keys without a value are left out. */
export function textOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => textOf(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Readonly<Record<string, Json | undefined>>)
      .filter((entry): entry is [string, Json] => entry[1] !== undefined)
      .sort(([a], [b]) => compareText(a, b))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Short enough for a status, and long enough that two settings do not meet by chance. */
const HASH_LENGTH = 16

export function hashOf(value: Json): string {
  return createHash('sha256').update(textOf(value)).digest('hex').slice(0, HASH_LENGTH)
}

export const isSame = (a: Json, b: Json): boolean => textOf(a) === textOf(b)
