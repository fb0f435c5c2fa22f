/** Where two JSON values differ, in sentences: `versions.v1.schema.properties.spec: "x" is missing`. Empty when they are equal. */
export function differencesOf(wanted: unknown, live: unknown, path = ''): readonly string[] {
  if (isRecord(wanted) && isRecord(live)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(live)])].sort()
    return keys.flatMap((key) => differencesOf(wanted[key], live[key], path === '' ? key : `${path}.${key}`))
  }
  if (JSON.stringify(wanted) === JSON.stringify(live)) return []
  if (live === undefined) return [`${path} is missing`]
  if (wanted === undefined) return [`${path} is more than there should be`]
  return [`${path} is ${shown(live)} and should be ${shown(wanted)}`]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A whole schema in a sentence helps nobody. */
const LONGEST = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
