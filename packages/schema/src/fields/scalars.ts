import { parseDuration, parseTime } from '@kubewright/core'
import { z } from 'zod'
import { HELD_BY_SERVER } from '../structural/checks.ts'
import type { ValidationRule } from '../structural/structural.ts'

/**
 * A number or a text, such as a port by number or name, a count or a percentage. The API server keeps which of the two it was.
 * @param options.pattern what a text must match; numbers always fit
 */
export function intOrString(options: { readonly pattern?: RegExp } = {}) {
  const text = options.pattern === undefined ? z.string() : z.string().regex(options.pattern)
  return z
    .union([z.int(), text])
    .meta({ 'x-kubernetes-int-or-string': true, ...(options.pattern !== undefined && { pattern: options.pattern.source }) })
}

/** apimachinery's grammar of quantities, as controller-gen writes it into CRDs. */
const QUANTITY = /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/

/** An amount such as `100m`, `1.5Gi` or `2`; core's `parseQuantity` reads it. YAML makes numbers of some of them, so whole numbers are legal too. */
export function quantity() {
  return intOrString({ pattern: QUANTITY })
}

const GO_DURATION = /^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/

/** The bounds of a duration. */
export interface DurationOptions {
  /** The shortest that is accepted, such as `1s`. */
  readonly min?: string
  /** The longest that is accepted. */
  readonly max?: string
}

/** A span of time in the syntax of Go, such as `90s` or `1h30m`, never negative; core's `parseDuration` reads it. In CEL it is a duration, not a text. */
export function duration({ min, max }: DurationOptions = {}) {
  const least = min === undefined ? 0 : parseDuration(min)
  const most = max === undefined ? Number.POSITIVE_INFINITY : parseDuration(max)
  const rules: ValidationRule[] = [
    ...(min === undefined ? [] : [{ rule: `self >= duration('${min}')`, message: `must be ${min} or more` }]),
    ...(max === undefined ? [] : [{ rule: `self <= duration('${max}')`, message: `must be ${max} or less` }]),
  ]
  const range = [min === undefined ? [] : [`${min} or more`], max === undefined ? [] : [`${max} or less`]].flat().join(' and ')
  return z
    .string()
    .regex(GO_DURATION)
    .refine(
      (text) => {
        const ms = milliseconds(text)
        return ms !== undefined && ms >= least && ms <= most
      },
      { error: range === '' ? 'must be a duration of less than 292 years' : `must be ${range}`, params: HELD_BY_SERVER },
    )
    .meta({ format: 'duration', ...(rules.length > 0 && { rules }) })
}

function milliseconds(text: string): number | undefined {
  try {
    return parseDuration(text)
  } catch {
    // Not parseable is not in range; the pattern has already said what a duration looks like.
    return undefined
  }
}

/** RFC 3339 without what only some readers accept: lower case, a space for the T, zones beyond 23:59, leap seconds. */
const TIMESTAMP = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/

/** An RFC 3339 date and time. It stays text; core's `parseTime` reads it strictly. */
export function timestamp() {
  return z
    .string()
    .regex(TIMESTAMP)
    .refine((text) => parseTime(text) !== undefined, { error: 'must be a date and time that exist', params: HELD_BY_SERVER })
    .meta({ format: 'date-time' })
}

const CIDR_V4 = /^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\/(3[0-2]|[12]?[0-9])$/

/** A network such as `10.0.0.0/8` or `fd00::/8`, of either family. */
export function cidr() {
  const isNetwork = (text: string) => CIDR_V4.test(text) || z.cidrv6().safeParse(text).success
  return z
    .string()
    .regex(/^[0-9a-fA-F:.]+\/(0|[1-9][0-9]{0,2})$/)
    .refine(isNetwork, { error: 'must be a network, such as 10.0.0.0/8 or fd00::/8', params: HELD_BY_SERVER })
    .meta({ format: 'cidr', rules: [{ rule: 'isCIDR(self)', message: 'must be a network, such as 10.0.0.0/8 or fd00::/8' }] })
}
