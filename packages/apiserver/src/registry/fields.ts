/** A JSON object that may be changed in place. */
export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets what is not there yet. */
export function fill(target: Fields, defaults: Readonly<Fields>): void {
  for (const [key, value] of Object.entries(defaults)) target[key] ??= value
}

/** The object under `key`, made when it is missing. */
export function fieldsAt(parent: Fields, key: string): Fields {
  const value = parent[key]
  if (isFields(value)) return value
  const made: Fields = {}
  parent[key] = made
  return made
}

/** The object under `key`, if there is one. */
export function optionalFields(parent: Fields, key: string): Fields | undefined {
  const value = parent[key]
  return isFields(value) ? value : undefined
}

/** The objects in the list under `key`; none when it is missing. */
export function listAt(parent: Fields, key: string): readonly Fields[] {
  const value = parent[key]
  return Array.isArray(value) ? value.filter(isFields) : []
}
