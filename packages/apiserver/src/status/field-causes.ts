import type { StatusCause } from '@kubewright/core'

// The five ways in which Kubernetes says that a field is wrong, with its texts.

/** Values of objects are shown as JSON: `Invalid value: {"a":"b"}: …`. */
const show = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value))

export const invalidValue = (field: string, value: unknown, detail: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${show(value)}: ${detail}`,
  field,
})

export const requiredValue = (field: string, detail = ''): StatusCause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
})

export const forbiddenValue = (field: string, detail: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
})

export const duplicateValue = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${show(value)}`,
  field,
})

/** `supported` is shown in the given order; the real server sorts most of them. */
export const unsupportedValue = (field: string, value: unknown, supported: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${show(value)}: supported values: ${supported.map((text) => JSON.stringify(text)).join(', ')}`,
  field,
})

export const immutableField = (field: string, value: unknown): StatusCause => invalidValue(field, value, 'field is immutable')
