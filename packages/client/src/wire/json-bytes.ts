// Finding one's way in the bytes of a JSON text without parsing it: what is only skipped costs a tenth of what is parsed.

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

export function skipSpace(json: Buffer, at: number): number {
  let position = at
  while (isSpace(json[position])) position++
  return position
}

/** The position after the value that starts at `at`, or -1 when the bytes end inside it. */
export function skipValue(json: Buffer, at: number): number {
  const first = json[at]
  if (first === QUOTE) return skipString(json, at)
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(json, at)
  let position = at
  for (let byte = json[position]; byte !== undefined; byte = json[++position]) {
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isSpace(byte)) return position === at ? -1 : position
  }
  return -1
}

function skipNested(json: Buffer, at: number): number {
  let depth = 0
  for (let position = at; position < json.length; position++) {
    const byte = json[position]
    if (byte === QUOTE) {
      position = skipString(json, position) - 1
      if (position < 0) return -1
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return position + 1
  }
  return -1
}

/** The position after the closing quote, or -1. */
export function skipString(json: Buffer, at: number): number {
  // Byte by byte: to call indexOf for each of the short strings that objects are made of takes twice as long.
  for (let position = at + 1; position < json.length; position++) {
    const byte = json[position]
    if (byte === QUOTE) return position + 1
    if (byte === BACKSLASH) position++
  }
  return -1
}

export interface Field {
  /** Where the key's opening quote is. */
  readonly key: number
  /** Where the value starts. */
  readonly start: number
}

/** The field of that name in the object that starts at `at`. */
export function fieldOf(json: Buffer, at: number, wanted: Buffer): Field | undefined {
  if (json[at] !== OPEN_OBJECT) return undefined
  let position = skipSpace(json, at + 1)
  while (json[position] === QUOTE) {
    const key = position
    const keyEnd = skipString(json, key)
    if (keyEnd === -1) return undefined
    position = skipSpace(json, keyEnd)
    if (json[position] !== COLON) return undefined
    const start = skipSpace(json, position + 1)
    if (keyEnd - key - 2 === wanted.length && startsAt(json, key + 1, wanted)) return { key, start }
    position = skipValue(json, start)
    if (position === -1) return undefined
    position = skipSpace(json, position)
    if (json[position] !== COMMA) return undefined
    position = skipSpace(json, position + 1)
  }
  return undefined
}

/** By hand: Buffer's own compare checks its arguments for longer than it takes to compare a word. */
function startsAt(json: Buffer, at: number, word: Buffer): boolean {
  for (let index = 0; index < word.length; index++) if (json[at + index] !== word[index]) return false
  return true
}
