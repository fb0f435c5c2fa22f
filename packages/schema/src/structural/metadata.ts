import { z } from 'zod'
import type { StructuralSchema, ValidationRule } from './structural.ts'

/** What a schema node may carry in `.meta({ … })`. Anything else there belongs to somebody else and is left alone. */
export interface NodeMetadata {
  /** CEL rules, held by the API server. */
  readonly rules?: readonly ValidationRule[]
}

/**
 * Keywords that are copied as they are: `format` because Kubernetes knows formats that zod does not (`duration`, `cidr` …), `default`
 * for a status, which is no field that zod could leave out; the last four may only constrain values, never give them a shape.
 */
const COPIED = [
  'title',
  'description',
  'example',
  'format',
  'pattern',
  'minProperties',
  'maxProperties',
  'default',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
] as const

/** The rules that stand at a node itself, whatever it wraps. */
export function rulesOf(schema: z.core.$ZodType): readonly ValidationRule[] {
  return (z.globalRegistry.get(schema) as NodeMetadata | undefined)?.rules ?? []
}

/** The keywords that a node's metadata adds to its structural schema. */
export function keywordsOf(schema: z.core.$ZodType): StructuralSchema {
  const metadata: Readonly<Record<string, unknown>> = z.globalRegistry.get(schema) ?? {}
  const rules = rulesOf(schema)
  return {
    ...Object.fromEntries(COPIED.flatMap((key) => (metadata[key] === undefined ? [] : [[key, metadata[key]]]))),
    ...Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith('x-kubernetes-'))),
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  }
}
