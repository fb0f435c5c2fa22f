/** A JSON value as TypeScript. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    return entries.length === 0 ? '{}' : `{ ${entries.map(([key, each]) => `${propertyName(key)}: ${literal(each)}`).join(', ')} }`
  }
  return JSON.stringify(value)
}

/** In single quotes. What is special in a text of TypeScript is escaped as in JSON. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

export function propertyName(key: string): string {
  // In an object literal this one name sets the prototype; in brackets it is a property like any other.
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

export function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n')
}
