import { parseDuration } from '@kubewright/core'

/** Words that strfmt takes beside Go's units, by how they begin. */
const LONG_UNITS = ['nano', 'micro', 'milli', 'sec', 'min', 'hr', 'hour', 'day', 'wk', 'week']
const SHORT_UNITS = new Set(['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'd', 'w'])

/** strfmt's durations: Go's, and `3 weeks`, `1d`, `5sec`. */
export function isDuration(text: string): boolean {
  try {
    parseDuration(text)
    // strfmt wants a unit even for the zero that Go takes bare.
    return true
  } catch {
    // Not Go's syntax: strfmt's own is the other half of the format.
    const parts = [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)]
    return parts.length > 0 && parts.every(([, , unit]) => SHORT_UNITS.has(unit!) || LONG_UNITS.some((each) => unit!.startsWith(each)))
  }
}
