// Reading an object of which only the kind is known: what is missing or of another type reads as nothing, as a zero value does in Go.

export type Item = Readonly<Record<string, unknown>>

export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = (current as Record<string | number, unknown>)[step]
  }
  return current
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : 0
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export function textsAt(value: unknown, ...path: readonly (string | number)[]): readonly string[] {
  return listAt(value, ...path).filter((each) => typeof each === 'string')
}

export function mapAt(value: unknown, ...path: readonly (string | number)[]): Item {
  const found = at(value, ...path)
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Item) : {}
}

/** The condition of a type, wherever conditions stand. */
export function hasCondition(object: unknown, type: string): boolean {
  return listAt(object, 'status', 'conditions').some((each) => textAt(each, 'type') === type && textAt(each, 'status') === 'True')
}

/** What stands in a cell for nothing. */
export const orNone = (text: string): string => (text === '' ? '<none>' : text)
export const orUnset = (text: string): string => (text === '' ? '<unset>' : text)
