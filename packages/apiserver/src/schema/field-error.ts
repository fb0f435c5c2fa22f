import type { StatusCause } from '@kubewright/core'
import { goJson, printNumber, quote } from './go-format.ts'

// The kinds of field errors of apimachinery's field package, with its texts.

/** Go prints the nil path of errors that stand on no field like this, and clients see it. */
const NO_FIELD = '<nil>'

export function requiredError(field: string): StatusCause {
  return { reason: 'FieldValueRequired', message: 'Required value', field }
}

export function invalidError(field: string, value: unknown, detail: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${printValue(value)}: ${detail}`, field }
}

/** An error of go-openapi that is bound to no field. */
export function unboundError(detail: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: "": ${detail}`, field: NO_FIELD }
}

/** `value` is what go-openapi calls the value: the name of its type, or the text that does not fit a format. */
export function typeError(field: string, wanted: string, value: string): StatusCause {
  const detail = `${field} in body must be of type ${wanted}: ${quote(value)}`
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${quote(value)}: ${detail}`, field }
}

export function notSupportedError(field: string, value: unknown, supported: readonly unknown[]): StatusCause {
  const values = supported.map((each) => quote(typeof each === 'string' ? each : goJson(each)))
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${printValue(value)}: supported values: ${values.join(', ')}`,
    field,
  }
}

/** Kubernetes says bytes and counts characters. */
export function tooLongError(field: string, max: number): StatusCause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`, field }
}

export function tooManyError(field: string, count: number, max: number): StatusCause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`, field }
}

export function duplicateError(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${printValue(value)}`, field }
}

export function forbiddenError(field: string, detail: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field }
}

/** A required error with a reason of its own. */
export function missingError(field: string, detail: string): StatusCause {
  return { reason: 'FieldValueRequired', message: `Required value: ${detail}`, field }
}

function printValue(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'number' ? printNumber(value) : goJson(value)
}

/** An error that does not show the value: it may be large. */
export function omittedError(field: string, reason: 'FieldValueInvalid' | 'FieldValueDuplicate', detail?: string): StatusCause {
  const what = reason === 'FieldValueInvalid' ? 'Invalid value' : 'Duplicate value'
  return { reason, message: detail === undefined ? what : `${what}: ${detail}`, field }
}
