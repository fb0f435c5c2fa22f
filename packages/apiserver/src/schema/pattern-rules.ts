import { compileRegex, RegexError } from '@kubewright/cel'
import type { StatusCause } from '@kubewright/core'
import { invalidError } from './field-error.ts'
import type { Schema } from './schema.ts'

/** The pattern of a node must compile, wherever the node stands. */
export function checkPattern(schema: Schema, path: string): StatusCause[] {
  if (schema.pattern === undefined) return []
  try {
    compileRegex(schema.pattern)
    return []
  } catch (error) {
    if (!(error instanceof RegexError)) throw error
    return [invalidError(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${error.message}`)]
  }
}
