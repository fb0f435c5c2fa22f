import type { z } from 'zod'
import { holderOf } from './checks.ts'

/** Where a schema has checks that only a webhook can hold beside this process. */
export function localChecksOf(schema: z.core.$ZodType, path: string): readonly string[] {
  const here = (schema._zod.def.checks ?? []).some((check) => holderOf(check) === 'webhook') ? [path] : []
  return [...new Set([...here, ...partsOf(schema, path).flatMap(([part, at]) => localChecksOf(part, at))])]
}

function partsOf(schema: z.core.$ZodType, path: string): readonly (readonly [z.core.$ZodType, string])[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([name, field]) => [field, `${path}.${name}`] as const)
    case 'array':
      return [[def.element, `${path}[]`]]
    case 'record':
      return [[def.valueType, `${path}{}`]]
    case 'union':
      return def.options.map((option) => [option, path] as const)
    case 'optional':
    case 'nonoptional':
    case 'readonly':
    case 'nullable':
    case 'default':
    case 'prefault':
      return [[def.innerType, path]]
    default:
      return []
  }
}
