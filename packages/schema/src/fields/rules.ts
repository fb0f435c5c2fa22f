import type { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { celNameOf } from '../structural/cel-names.ts'
import { HELD_BY_SERVER, HELD_BY_WEBHOOK } from '../structural/checks.ts'
import { rulesOf } from '../structural/metadata.ts'
import type { ValidationRule } from '../structural/structural.ts'

/** A CEL rule besides its expression. */
export interface CelOptions<Value> extends Omit<ValidationRule, 'rule'> {
  /** The same rule for this process: without it objects that break the rule are refused by the API server alone. */
  readonly check?: (value: Value) => boolean
}

/**
 * The schema with a rule in the Common Expression Language, which the API server holds: `self` is the value, `oldSelf` what it was before an update.
 * @example cel(z.object({ min: z.int(), max: z.int() }), 'self.min <= self.max', { message: 'min must not be above max' })
 */
export function cel<Schema extends z.ZodType>(schema: Schema, rule: string, options: CelOptions<z.output<Schema>> = {}): Schema {
  const { check, ...rest } = options
  const checked =
    check === undefined
      ? schema
      : schema.refine(check as (value: unknown) => boolean, { error: rest.message ?? `breaks the rule ${rule}`, params: HELD_BY_SERVER })
  return checked.meta({ ...schema.meta(), rules: [...rulesOf(schema), { rule, ...rest }] }) as Schema
}

/**
 * A value that no update may change. An optional field can still be added and removed: {@link immutableFields} on the object around it forbids that.
 * @param options.message @default is immutable
 */
export function immutable<Schema extends z.ZodType>(
  schema: Schema,
  { message = 'is immutable' }: { readonly message?: string } = {},
): Schema {
  return cel(schema, 'self == oldSelf', { message })
}

/** An object whose named fields stay as they were created: not changed, not added, not removed. */
export function immutableFields<Schema extends z.ZodObject>(object: Schema, fields: readonly (keyof z.output<Schema> & string)[]): Schema {
  return fields.reduce<Schema>((schema, field) => {
    const name = nameOf(field)
    return cel(schema, `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`, {
      message: `${field} is immutable`,
      fieldPath: `.${field}`,
    })
  }, object)
}

/** How many fields of a group may be set. */
export type HowMany = 'exactlyOne' | 'atMostOne' | 'atLeastOne'

/**
 * An object of which some optional fields exclude each other, such as the sources of a volume.
 * @param options.count how many of them must be there. @default exactlyOne
 * @throws DefinitionError when one of the fields is required or has a default: it would always be there.
 */
export function oneOfFields<Schema extends z.ZodObject>(
  object: Schema,
  fields: readonly [keyof z.output<Schema> & string, ...(keyof z.output<Schema> & string)[]],
  { count = 'exactlyOne', message = sentenceOf(count, fields) }: { readonly count?: HowMany; readonly message?: string } = {},
): Schema {
  const always = fields.find(
    (field) => object.shape[field]?._zod.optin === undefined || ['default', 'prefault'].includes(object.shape[field]._zod.def.type),
  )
  if (always !== undefined)
    throw new DefinitionError(always, 'a field of oneOfFields() must be optional and without a default: otherwise it is always there')
  const present = fields.map((field) => `has(self.${nameOf(field)})`)
  const comparison = { exactlyOne: '==', atMostOne: '<=', atLeastOne: '>=' }[count]
  return cel(object, `[${present.join(', ')}].filter(is, is).size() ${comparison} 1`, {
    message,
    check: (value) => {
      const size = fields.filter((field) => (value as Readonly<Record<string, unknown>>)[field] !== undefined).length
      return count === 'exactlyOne' ? size === 1 : count === 'atMostOne' ? size <= 1 : size >= 1
    },
  })
}

/**
 * A check that neither a schema nor CEL can say: this process and the program's webhook hold it, the API server alone does not. The definition
 * lists its path in `localChecks`.
 */
export function webhookOnly<Schema extends z.ZodType>(
  schema: Schema,
  check: (value: z.output<Schema>) => boolean,
  message: string,
): Schema {
  return schema.refine(check as (value: unknown) => boolean, { error: message, params: HELD_BY_WEBHOOK }) as Schema
}

function nameOf(field: string): string {
  const name = celNameOf(field)
  if (name === undefined) throw new DefinitionError(field, 'CEL has no name for this field: rename it')
  return name
}

function sentenceOf(count: HowMany, fields: readonly string[]): string {
  const words = { exactlyOne: 'exactly one', atMostOne: 'at most one', atLeastOne: 'at least one' }[count]
  return `${words} of ${fields.join(', ')} must be set`
}
