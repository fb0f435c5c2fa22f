import { CelEvaluationError } from '../errors.ts'
import { Duration } from './value.ts'

const NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const LIMIT = 2n ** 63n

/** Go's syntax: `1h30m`, `-1.5s`. `undefined` for any other text. Core's parser counts milliseconds; here no nanosecond may be lost. */
export function parseDurationNanos(text: string): bigint | undefined {
  const match = /^([+-]?)(.*)$/s.exec(text)!
  const body = match[2]!
  if (body === '0') return 0n
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined
  let total = 0n
  for (const [, whole = '', fraction = '', unit] of body.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = NANOS[unit!]!
    const digits = fraction.slice(0, 18)
    total += BigInt(whole || '0') * scale + (BigInt(digits || '0') * scale) / 10n ** BigInt(digits.length)
  }
  const signed = match[1] === '-' ? -total : total
  return signed < -LIMIT || signed >= LIMIT ? undefined : signed
}

/** @throws CelEvaluationError beyond 64 bits of nanoseconds. */
export function durationOf(nanos: bigint): Duration {
  if (nanos < -LIMIT || nanos >= LIMIT) throw new CelEvaluationError('integer overflow')
  return new Duration(nanos)
}

/** In seconds, as `string(duration)` writes it: `90s`, `1.5s`. */
export function printDuration({ nanos }: Duration): string {
  const magnitude = nanos < 0n ? -nanos : nanos
  const fraction = (magnitude % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nanos < 0n ? '-' : ''}${magnitude / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`
}
