import type { StatusCause } from '@kubewright/core'
import type { z } from 'zod'

/** An object does not fit its kind. `causes` names each field; no message repeats a value, which may be a secret. */
export class InvalidObjectError extends Error {
  override readonly name = 'InvalidObjectError'
  readonly causes: readonly StatusCause[]

  constructor(subject: string, causes: readonly StatusCause[]) {
    super(`${subject} is invalid: ${causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ')}`)
    this.causes = causes
  }
}

/** zod's issues as an API server would list them. */
export function causesOf(error: z.core.$ZodError): StatusCause[] {
  return error.issues.map((issue) => ({ reason: reasonOf(issue), field: fieldOf(issue.path), message: sentenceOf(issue) }))
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`
    return /^[A-Za-z_][\w-]*$/.test(String(key))
      ? `${field}${field === '' ? '' : '.'}${String(key)}`
      : `${field}[${JSON.stringify(String(key))}]`
  }, '')
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined$/.test(issue.message)) return 'FieldValueRequired'
  return issue.code === 'invalid_value' ? 'FieldValueNotSupported' : 'FieldValueInvalid'
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return reasonOf(issue) === 'FieldValueRequired' ? 'is required' : `must be of type ${issue.expected}`
    case 'too_small':
      return `must ${measure(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `must ${measure(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'invalid_format':
      return issue.pattern === undefined || issue.format !== 'regex' ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`
    default:
      return issue.message
  }
}

const measure = (origin: string) => (origin === 'number' || origin === 'int' || origin === 'bigint' ? 'be' : 'have')
const unit = (origin: string) => (origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' items' : '')
