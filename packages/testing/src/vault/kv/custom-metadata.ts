const MAX_KEYS = 64
const MAX_KEY = 128
const MAX_VALUE = 512

export type CustomMetadata = Readonly<Record<string, string>>

/** Vault's own check and words. @returns the map, or the sentence */
export function customMetadata(given: unknown): CustomMetadata | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return "custom_metadata validation failed: '' expected a map"
  const map: Record<string, string> = {}
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === 'object' && value !== null) {
      const kind = Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
      return `custom_metadata validation failed: '' expected type 'string', got unconvertible type '${kind}', value: '${inGo(value)}'`
    }
    map[key] = value === null ? '' : typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
  }
  const problem = problemOf(map)
  return problem === undefined ? map : `1 error occurred:\n\t* custom_metadata validation failed: ${problem}\n\n`
}

function problemOf(map: CustomMetadata): string | undefined {
  const entries = Object.entries(map)
  if (entries.length > MAX_KEYS) return `payload must contain at most ${MAX_KEYS} keys, provided ${entries.length}`
  for (const [key, value] of entries) {
    const [k, v] = [Buffer.byteLength(key), Buffer.byteLength(value)]
    if (k === 0 || k > MAX_KEY) return `length of key ${JSON.stringify(key)} is ${k} but must be 0 < len(key) <= ${MAX_KEY}`
    if (v === 0 || v > MAX_VALUE) return `length of value for key ${JSON.stringify(key)} is ${v} but must be 0 < len(value) <= ${MAX_VALUE}`
    if (!printable(key)) return `key ${JSON.stringify(key)} contains unprintable characters`
    if (!printable(value)) return `value for key ${JSON.stringify(key)} contains unprintable characters`
  }
  return undefined
}

const printable = (text: string) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)

/** As Go's %v prints it. */
function inGo(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inGo).join(' ')}]`
  if (typeof value === 'object' && value !== null)
    return `map[${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${key}:${inGo(item)}`)
      .join(' ')}]`
  return String(value)
}
