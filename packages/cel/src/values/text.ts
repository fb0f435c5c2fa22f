/** The text's size in code points, as CEL counts. */
export function lengthOf(text: string): number {
  let surrogatePairs = 0
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit < 0xdc00) {
      const low = text.charCodeAt(index + 1)
      if (low >= 0xdc00 && low < 0xe000) {
        surrogatePairs++
        index++
      }
    }
  }
  return text.length - surrogatePairs
}

/** The text as an array of code points, or as itself where each is one unit: both are indexed alike. */
export function pointsOf(text: string): readonly string[] | string {
  return lengthOf(text) === text.length ? text : Array.from(text)
}

export function joinPoints(points: readonly string[] | string, start: number, end: number): string {
  return typeof points === 'string' ? points.slice(start, end) : points.slice(start, end).join('')
}

/** As Go's strconv.Quote writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

const POSITIONAL = { most: 6, least: -4 }

/** A double as Go's FormatFloat with `g` and no precision prints it: shortest, with an exponent from 1e+06 on. */
export function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power < POSITIONAL.least || power >= POSITIONAL.most) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  return String(value)
}
