import { compileRegex } from '@kubewright/cel'
import { deepEqual, type StatusCause } from '@kubewright/core'
import { invalidError, notSupportedError, tooLongError, tooManyError, typeError, unboundError } from './field-error.ts'
import { textFormat } from './formats.ts'
import { isInt64, printFloat, printNumber } from './go-format.ts'
import type { Json, Schema } from './schema.ts'
import { formatOf, typesOf } from './type-check.ts'

/** One family of rules of a node, for values of its JSON type. */
export type Check<V> = (value: V, path: string, errors: StatusCause[]) => void

/** Length and pattern: the first that fails is reported alone, as go-openapi does it. Lengths count code points. */
export function compileStringCheck(schema: Schema): Check<string> {
  const { maxLength, minLength } = schema
  const pattern = schema.pattern === undefined ? undefined : compileRegex(schema.pattern)
  const count = (text: string) => [...text].length
  return (value, path, errors) => {
    if (maxLength !== undefined && count(value) > maxLength) errors.push(tooLongError(path, maxLength))
    else if (minLength !== undefined && count(value) < minLength)
      errors.push(invalidError(path, value, `${path} in body should be at least ${minLength} chars long`))
    else if (pattern && !pattern.test(value)) errors.push(invalidError(path, value, `${path} in body should match '${schema.pattern}'`))
  }
}

export function compileFormatCheck(schema: Schema): Check<string> {
  const format = formatOf(schema)
  const check = format === undefined ? undefined : textFormat(format)
  if (format === undefined || check === undefined) return () => undefined
  return (value, path, errors) => {
    if (!check(value)) errors.push(typeError(path, format, value))
  }
}

export function compileNumberCheck(schema: Schema): Check<number> {
  const [type, ...others] = typesOf(schema)
  const format = formatOf(schema)
  const { minimum, maximum, multipleOf } = schema
  return (value, path, errors) => {
    if (others.length === 0 && !isInRange(value, type, format)) {
      errors.push(
        unboundError(
          `Checked value must be of type ${type} ${format === undefined ? '(default format)' : `with format ${format}`} in ${path}`,
        ),
      )
    }
    // A whole number is compared and printed as one, so its bound is too.
    const print = (bound: number) => (isInt64(value) ? String(Math.trunc(bound)) : printFloat(bound))
    const refuse = (what: string) => errors.push(invalidError(path, value, `${path} in body should be ${what}`))
    if (multipleOf !== undefined && !isWhole(value / multipleOf)) refuse(`a multiple of ${printNumber(multipleOf)}`)
    if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
      refuse(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${print(minimum)}`)
    }
    if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
      refuse(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${print(maximum)}`)
    }
  }
}

function isInRange(value: number, type: string | undefined, format: string | undefined): boolean {
  if (type === 'integer') {
    if (!isInt64(value)) return false
    if (format === 'int32') return value >= -(2 ** 31) && value < 2 ** 31
    if (format === 'uint32') return value >= 0 && value < 2 ** 32
    return format !== 'uint64' || value >= 0
  }
  return !(format === 'float' || format === 'float32') || Math.abs(value) <= 3.4028234663852886e38
}

/** Whole, but for what a binary fraction loses: 0.3 is a multiple of 0.1. */
function isWhole(ratio: number): boolean {
  return Math.abs(ratio - Math.round(ratio)) <= 1e-9 * Math.max(1, Math.abs(ratio))
}

export function compileCountCheck(schema: Schema): Check<number> {
  const { minItems, maxItems } = schema
  return (count, path, errors) => {
    if (minItems !== undefined && count < minItems)
      errors.push(invalidError(path, count, `${path} in body should have at least ${minItems} items`))
    if (maxItems !== undefined && count > maxItems) errors.push(tooManyError(path, count, maxItems))
  }
}

export function compilePropertyCountCheck(schema: Schema): Check<number> {
  const { minProperties, maxProperties } = schema
  return (count, path, errors) => {
    if (minProperties !== undefined && count < minProperties) {
      errors.push(invalidError(path, count, `${path} in body should have at least ${minProperties} properties`))
    }
    if (maxProperties !== undefined && count > maxProperties) errors.push(tooManyError(path, count, maxProperties))
  }
}

export function compileEnumCheck(schema: Schema): Check<Json> {
  const values = schema.enum
  if (values === undefined || values.length === 0) return () => undefined
  return (value, path, errors) => {
    if (!values.some((each) => deepEqual(each, value))) errors.push(notSupportedError(path, value, values))
  }
}
