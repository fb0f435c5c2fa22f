import type { StatusCause } from '@kubewright/core'
import { invalidValue } from '../../status/index.ts'
import type { Fields } from '../fields.ts'

/** Those of the fields that are numbers below zero. */
export function nonNegative(parent: Fields, at: string, ...fields: readonly string[]): readonly StatusCause[] {
  return fields.flatMap((field) => {
    const value = parent[field]
    return typeof value === 'number' && value < 0 ? [invalidValue(`${at}.${field}`, value, 'must be greater than or equal to 0')] : []
  })
}
