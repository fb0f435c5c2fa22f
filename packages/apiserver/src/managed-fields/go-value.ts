// JSON as Go prints it when it was decoded into `interface{}`: the real server's errors show values so, and clients show the errors as they are.

/** Its type, `%T`. */
export function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** Itself, `%v`. */
export function goValue(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (typeof value === 'object') return `map[${sortedEntries(value as object, ([key, each]) => `${key}:${goValue(each)}`).join(' ')}]`
  return String(value)
}

/** As it would stand in a program, `%#v`. */
export function goLiteral(value: unknown): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goLiteral).join(', ')}}`
  if (typeof value === 'object')
    return `map[string]interface {}{${sortedEntries(value as object, ([key, each]) => `${JSON.stringify(key)}:${goLiteral(each)}`).join(', ')}}`
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function sortedEntries(value: object, print: (entry: readonly [string, unknown]) => string): readonly string[] {
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(print)
}
