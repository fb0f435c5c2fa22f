import { childPath } from '../path.ts'
import type { Schema } from '../schema.ts'

const TOKENS = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+/y
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

/**
 * The place that a rule's `fieldPath` names below its own, as errors print it; undefined where the schema has no such place. `.a.b` and
 * `['a'].b` are known, indexes of lists are not.
 */
export function rulePath(text: string, schema: Schema): string | undefined {
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  let path = ''
  let here: Schema = schema
  for (let at = 0; at < tokens.length; ) {
    const isQuoted = tokens[at] === '['
    const name = isQuoted ? unquoted(tokens[at + 1]) : tokens[at] === '.' ? tokens[at + 1] : undefined
    if (name === undefined || (isQuoted && tokens[at + 2] !== ']')) return undefined
    at += isQuoted ? 3 : 2
    const isField = here.properties !== undefined
    const next = isField
      ? own(here.properties, name)
      : typeof here.additionalProperties === 'object'
        ? here.additionalProperties
        : undefined
    if (next === undefined) return undefined
    path = isField ? childPath(path, name) : `${path}[${name}]`
    here = next
  }
  return path
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens = text.match(new RegExp(TOKENS.source, 'gy')) ?? []
  return tokens.join('') === text ? tokens : undefined
}

function unquoted(token: string | undefined): string | undefined {
  if (token === undefined || token.length < 2 || !token.startsWith("'")) return undefined
  let isSound = true
  const text = token.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => {
    const char = ESCAPES[letter]
    if (char === undefined) isSound = false
    return char ?? ''
  })
  return isSound ? text : undefined
}

const own = (properties: Schema['properties'], name: string): Schema | undefined =>
  properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
