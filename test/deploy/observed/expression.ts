// Expressions of Prometheus as far as ours go: what an alert compares, without its threshold.

/** Places of the text that are within no parentheses, brackets, braces or quotes. */
function outermost(expr: string): readonly number[] {
  const places: number[] = []
  let depth = 0
  let quoted = false
  for (const [at, sign] of [...expr].entries()) {
    if (sign === '"') quoted = !quoted
    if (quoted) continue
    if ('([{'.includes(sign)) depth++
    if (')]}'.includes(sign)) depth--
    if (depth === 0) places.push(at)
  }
  return places
}

const SET_OPERATION = /^ (and|or|unless) /
const COMPARISON = /^ (==|!=|>=|<=|>|<) /

function before(expr: string, operation: RegExp): string {
  const end = outermost(expr).find((at) => operation.test(expr.slice(at)))
  return end === undefined ? expr : expr.slice(0, end)
}

/** `a / b` of `a / b > 0.2 unless c`: what has to have data, so that the alert can ever fire. */
export const comparedBy = (expr: string) => unwrapped(before(before(unwrapped(expr), SET_OPERATION), COMPARISON))

/** Of `(a > 0) or (b > 0)` the first part is in parentheses as a whole. */
function unwrapped(expr: string): string {
  const text = expr.replace(/\s+/g, ' ').trim()
  const isWhole = text.startsWith('(') && outermost(text)[0] === text.length - 1
  return isWhole ? comparedBy(text.slice(1, -1)) : text
}

/** Grafana fills this in: four times the interval of scrapes, which is 15 s in most places. */
export const forPrometheus = (expr: string) => expr.replaceAll('$__rate_interval', '1m').replace(/=~"\$\w+"/g, '=~".*"')
