import type { Source } from '../kind/kinds.ts'
import { annotation } from './names.ts'
import { didYouMean } from './suggestion.ts'

const NAME = annotation('secrets')
const FIELDS = ['name', 'keys', 'prefix', 'rename', 'optional'] as const

/** What came of a JSON annotation: as much as could be read, and everything that is wrong. Values of the annotation are never repeated in a problem. */
export interface Read<T> {
  readonly value: T
  readonly problems: readonly string[]
}

/** `vault-sync.io/secrets`: `[{"name": "db", "keys": ["user"], "prefix": "DB_", "rename": {"user": "USER"}, "optional": true}]`. */
export function readSources(text: string): Read<readonly Source[]> {
  const json = parseJson(NAME, text)
  if (json.problems.length > 0) return { value: [], problems: json.problems }
  if (!Array.isArray(json.value))
    return { value: [], problems: [`${NAME}: must be a JSON list, such as [{"name": "db", "keys": ["user"]}]`] }
  if (json.value.length === 0) return { value: [], problems: [`${NAME}: the list is empty: name a Secret, or remove the annotation`] }
  const problems: string[] = []
  const value = json.value.map((entry: unknown, at) => readSource(entry, `${NAME}[${at}]`, problems))
  return { value, problems }
}

function readSource(entry: unknown, where: string, problems: string[]): Source {
  if (!isObject(entry)) {
    problems.push(`${where}: must be an object with a "name", and is ${nameOfType(entry)}`)
    return { name: '' }
  }
  for (const field of Object.keys(entry))
    if (!(FIELDS as readonly string[]).includes(field)) problems.push(`${where}: unknown field "${field}"${didYouMean(field, FIELDS)}`)
  const { name, keys, prefix, rename, optional } = entry
  const source: { -readonly [K in keyof Source]: Source[K] } = { name: typeof name === 'string' ? name : '' }
  if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) || name.length > 253)
    problems.push(`${where}.name: must be the name of a Secret, and is ${nameOfType(name)}`)
  if (keys !== undefined) {
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string' && key !== ''))
      problems.push(`${where}.keys: must be a list of keys of the Secret`)
    else if (keys.length === 0) problems.push(`${where}.keys: the list is empty: name keys, or leave it out for all of them`)
    else source.keys = [...new Set(keys as string[])]
  }
  if (prefix !== undefined) {
    if (typeof prefix !== 'string') problems.push(`${where}.prefix: must be a text, and is ${nameOfType(prefix)}`)
    else source.prefix = prefix
  }
  if (rename !== undefined) {
    if (!isObject(rename) || !Object.values(rename).every((to) => typeof to === 'string' && to !== ''))
      problems.push(`${where}.rename: must be an object from keys of the Secret to keys in Vault`)
    else source.rename = rename as Record<string, string>
  }
  if (optional !== undefined) {
    if (typeof optional !== 'boolean') problems.push(`${where}.optional: must be true or false, and is ${nameOfType(optional)}`)
    else source.optional = optional
  }
  const strangers = Object.keys(source.rename ?? {}).filter((key) => source.keys !== undefined && !source.keys.includes(key))
  for (const key of strangers) problems.push(`${where}.rename: "${key}" is not among "keys"`)
  return source
}

/** The parser's own message shows a piece of the text; only where it broke off is told. */
export function parseJson(name: string, text: string): Read<unknown> {
  try {
    return { value: JSON.parse(text) as unknown, problems: [] }
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    return { value: undefined, problems: [`${name}: is not JSON${at === undefined ? '' : ` (at character ${at})`}`] }
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function nameOfType(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return { object: 'an object', number: 'a number', boolean: 'true or false', string: 'a text' }[typeof value as string] ?? 'something else'
}
