import { deepEqual } from '@kubewright/core'
import type { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { celLiteral, celNameOf } from './cel-names.ts'
import type { StructuralSchema, ValidationRule } from './structural.ts'

/** One shape of a union, with the discriminator's values that choose it. */
export interface Branch {
  readonly values: readonly (string | number | boolean)[]
  readonly schema: StructuralSchema
}

/**
 * A union of objects as Kubernetes writes it: the fields of all of them side by side, and rules that say which belong together.
 * @throws DefinitionError when a field has different shapes in two branches, or a default in some only.
 */
export function flatUnion(discriminator: string, branches: readonly Branch[], path: string): StructuralSchema {
  const properties: Record<string, StructuralSchema> = {}
  for (const { schema } of branches) {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (name === discriminator) continue
      const before = properties[name]
      if (before !== undefined && !deepEqual(before, field)) {
        throw new DefinitionError(
          `${path}.${name}`,
          'a field has one schema, and the shapes of the union give it several: give it the same in all of them, or another name',
        )
      }
      if (field.default !== undefined && !branches.every((branch) => branch.schema.properties?.[name] !== undefined)) {
        throw new DefinitionError(
          `${path}.${name}`,
          'the API server would fill this default in for every shape of the union: make the field optional, or give it to all shapes',
        )
      }
      properties[name] = field
    }
  }
  const common = (branches[0]!.schema.required ?? []).filter((name) => branches.every(({ schema }) => schema.required?.includes(name)))
  const rules = branches.flatMap((branch) => rulesOf(discriminator, branch, Object.keys(properties), common, path))
  const description = branches[0]!.schema.properties?.[discriminator]?.description
  const values = branches.flatMap((branch) => branch.values)
  return {
    type: 'object',
    properties: {
      [discriminator]: { type: typeOf(values), ...(description !== undefined && { description }), enum: values },
      ...properties,
    },
    required: common,
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  }
}

function rulesOf(
  discriminator: string,
  { values, schema }: Branch,
  all: readonly string[],
  common: readonly string[],
  path: string,
): readonly ValidationRule[] {
  const name = (field: string) => {
    const named = celNameOf(field)
    if (named === undefined)
      throw new DefinitionError(`${path}.${field}`, 'CEL has no name for this field, which the union needs: rename it')
    return named
  }
  const chooser = `self.${name(discriminator)}`
  const other = values.length === 1 ? `${chooser} != ${celLiteral(values[0]!)}` : `!(${chooser} in [${values.map(celLiteral).join(', ')}])`
  const when = `${discriminator} is ${values.join(' or ')}`
  const required = (schema.required ?? []).filter((field) => !common.includes(field))
  const foreign = all.filter((field) => schema.properties?.[field] === undefined)
  return [
    ...required.map(
      (field): ValidationRule => ({ rule: `${other} || has(self.${name(field)})`, message: `${field} is required when ${when}` }),
    ),
    ...foreign.map(
      (field): ValidationRule => ({ rule: `${other} || !has(self.${name(field)})`, message: `${field} is not allowed when ${when}` }),
    ),
    ...(schema['x-kubernetes-validations'] ?? []).map((rule) => ({ ...rule, rule: `${other} || (${rule.rule})` })),
  ]
}

function typeOf(values: Branch['values']): 'string' | 'integer' | 'boolean' {
  return typeof values[0] === 'string' ? 'string' : typeof values[0] === 'boolean' ? 'boolean' : 'integer'
}

/** The values of the discriminator that choose an option. @throws DefinitionError when the option is no object, or its discriminator is no literal. */
export function choiceOf(option: z.core.$ZodType, discriminator: string, path: string): Branch['values'] {
  const values = option._zod.def.type === 'object' ? option._zod.propValues?.[discriminator] : undefined
  const plain = [...(values ?? [])].filter((value) => ['string', 'number', 'boolean'].includes(typeof value)) as (
    | string
    | number
    | boolean
  )[]
  if (values === undefined || plain.length === 0 || plain.length < values.size) {
    throw new DefinitionError(
      path,
      `each shape of a discriminated union must be a z.object whose "${discriminator}" is a literal or an enum: unions in unions, optional and null discriminators have no structural form`,
    )
  }
  if ((option as z.core.$ZodObject)._zod.def.catchall?._zod.def.type !== 'never') {
    throw new DefinitionError(
      path,
      'use z.strictObject for the shapes of a union: z.object would drop the fields of other shapes, which the API server knows and keeps',
    )
  }
  return plain
}
