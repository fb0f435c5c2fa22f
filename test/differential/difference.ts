/** A place in two answers where they differ. `undefined` on a side: there is nothing there. */
export interface Difference {
  /** `code`, `headers.warning`, `body.spec.containers[0].name` */
  readonly field: string
  readonly ours: unknown
  readonly theirs: unknown
}

/** Every place where two values differ, field by field; the order of fields means nothing, that of lists does. */
export function differences(ours: unknown, theirs: unknown, field = ''): readonly Difference[] {
  if (Object.is(ours, theirs)) return []
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const length = Math.max(ours.length, theirs.length)
    return Array.from({ length }, (_, i) => differences(ours[i], theirs[i], `${field}[${i}]`)).flat()
  }
  if (isRecord(ours) && isRecord(theirs)) {
    const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()
    return names.flatMap((name) => differences(ours[name], theirs[name], field === '' ? name : `${field}.${name}`))
  }
  return [{ field, ours, theirs }]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
