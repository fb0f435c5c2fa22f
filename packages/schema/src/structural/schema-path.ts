import type { JsonPath, JsonPathStep } from '@kubewright/core'
import type { StructuralSchema } from './structural.ts'

/**
 * What a schema says about the place that a path leads to. `unknown`: it may be there, the schema does not say (unknown fields are kept, or the
 * path asks more than a schema can answer).
 */
export type Lookup =
  | { readonly is: 'found'; readonly schema: StructuralSchema }
  | { readonly is: 'unknown' }
  | { readonly is: 'missing'; readonly step: string }

export function lookUp(root: StructuralSchema, path: JsonPath): Lookup {
  let schema = root
  for (const step of path.steps) {
    const next = follow(schema, step)
    if (next === 'unknown') return { is: 'unknown' }
    if (next === undefined) return { is: 'missing', step: step.kind === 'field' ? step.name : step.kind }
    schema = next
  }
  return { is: 'found', schema }
}

function follow(schema: StructuralSchema, step: JsonPathStep): StructuralSchema | 'unknown' | undefined {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true ? 'unknown' : undefined
  switch (step.kind) {
    case 'field':
      return schema.properties?.[step.name] ?? schema.additionalProperties ?? open
    case 'index':
    case 'slice':
    case 'filter':
      return schema.items ?? open
    case 'all':
      return schema.items ?? schema.additionalProperties ?? 'unknown'
    case 'descent':
    case 'union':
      return 'unknown'
  }
}
