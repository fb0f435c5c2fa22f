/** One log line for people: `12:00:05 WARN  message  key=value`. */
export function textLine({ time, level, message, ...fields }: Readonly<Record<string, unknown>>): string {
  const head = `${String(time).slice(11, 19)} ${String(level).toUpperCase().padEnd(5)} ${String(message)}`
  const { error, ...others } = fields
  const tail = Object.entries(others).map(([key, value]) => `${key}=${shown(value)}`)
  if (error !== undefined) tail.push(`error=${shown(errorText(error))}`)
  return tail.length === 0 ? head : `${head}  ${tail.join(' ')}`
}

function errorText(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'message' in error ? error.message : error
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s="]+$/.test(text) ? text : JSON.stringify(text)
}
