/** `3 s`, `5 min`, `2 h`, `4 d`: the one unit that matters. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `in 5 min`, `3 h ago`, `now`. */
export function relative(at: number, now: number): string {
  const ms = at - now
  if (Math.abs(ms) < 1000) return 'now'
  return ms > 0 ? `in ${age(ms)}` : `${age(-ms)} ago`
}

/** `0.4 ms`, `12 ms`, `1.2 s`. */
export function duration(ms: number): string {
  if (ms < 0.1) return '<0.1 ms'
  if (ms < 1) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : age(ms)
}

export function rate(perSecond: number): string {
  if (perSecond === 0) return '0'
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`
}

export const number = (value: number): string => value.toLocaleString('en-US').replaceAll(',', '\u202f')

export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}
