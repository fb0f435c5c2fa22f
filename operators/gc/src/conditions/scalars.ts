/**
 * What a value offers for comparison: numbers and booleans as their text (YAML's 0 and "0" mean the same to people), lists item by item, objects
 * nothing.
 */
export function scalars(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(scalars)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}
