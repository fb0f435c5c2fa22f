const MS_PER_UNIT: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const PART = /(\d+(?:\.\d*)?|\.\d+)([^\d.]+)/y

/** Go counts nanoseconds in 64 bits: about 292 years. What it cannot hold, no Kubernetes component reads. */
const LONGEST_MS = Number(2n ** 63n - 1n) / 1e6

/**
 * Milliseconds of a duration in Go's syntax: `300ms`, `1h30m`, `1.5h`, `-2m`, `0`. Units are ns, us (µs), ms, s, m, h; there are no days. Finer
 * than a millisecond gives a fraction.
 * @throws Error naming what is wrong.
 */
export function parseDuration(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0
  if (body === '') throw malformed(text, 'it is empty')
  let total = 0
  PART.lastIndex = 0
  while (PART.lastIndex < body.length) {
    const start = PART.lastIndex
    const match = PART.exec(body)
    if (match === null) {
      const rest = body.slice(start)
      throw malformed(text, /^[\d.]+$/.test(rest) && rest !== '.' ? `"${rest}" has no unit` : `"${rest}" does not start with a number`)
    }
    const [, number, unit] = match as unknown as [string, string, string]
    if (!Object.hasOwn(MS_PER_UNIT, unit)) throw malformed(text, `"${unit}" is no unit`)
    total += scaled(number, MS_PER_UNIT[unit]!)
  }
  if (total > LONGEST_MS) throw malformed(text, 'it is longer than 292 years')
  return total === 0 ? 0 : sign * total
}

/** As Go prints a duration: `1h30m0s`, `1.5s`, `250ms`, `0s`. @throws RangeError when `ms` is not finite. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) throw new RangeError(`${ms} ms cannot be written as a duration`)
  const nanos = BigInt(Math.round((Math.abs(ms) % 1000) * 1e6)) + BigInt(Math.trunc(Math.abs(ms) / 1000)) * 1_000_000_000n
  if (nanos === 0n) return '0s'
  const sign = ms < 0 ? '-' : ''
  if (nanos < 1_000n) return `${sign}${nanos}ns`
  if (nanos < 1_000_000n) return `${sign}${decimal(nanos, 3)}µs`
  if (nanos < 1_000_000_000n) return `${sign}${decimal(nanos, 6)}ms`
  const minutes = nanos / 60_000_000_000n
  const seconds = `${decimal(nanos % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return `${sign}${seconds}`
  const hours = minutes / 60n
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`
}

/** `number` × `factor` without the error of a binary fraction: 0.1h is 360000 and not 360000.00000000006. */
function scaled(number: string, factor: number): number {
  const [whole, fraction = ''] = number.split('.') as [string, string?]
  const nanosPerUnit = BigInt(Math.round(factor * 1e6))
  // Go keeps what fits into 63 bits of a fraction and drops the rest; 18 digits do.
  const digits = fraction.slice(0, 18)
  const nanos = BigInt(whole || '0') * nanosPerUnit + (BigInt(digits || '0') * nanosPerUnit) / 10n ** BigInt(digits.length)
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6
}

/** `value` / 10^places, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const text = value.toString().padStart(places + 1, '0')
  const fraction = text.slice(-places).replace(/0+$/, '')
  return text.slice(0, -places) + (fraction === '' ? '' : `.${fraction}`)
}

function malformed(text: string, problem: string): Error {
  return new Error(`duration "${text}" is malformed: ${problem}; write it like 90s, 1h30m or 250ms (units: ns, us, ms, s, m, h)`)
}
