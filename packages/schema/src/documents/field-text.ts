import type { StructuralSchema } from '../structural/structural.ts'

/** What a field is, for people: `list of objects`, `map of string`, `integer or string`. */
export function typeTextOf(schema: StructuralSchema): string {
  const text = bareType(schema)
  return schema.nullable === true ? `${text} or null` : text
}

function bareType(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string'
  if (schema['x-kubernetes-embedded-resource'] === true) return 'Kubernetes object'
  if (schema.type === 'array') {
    const type = schema['x-kubernetes-list-type']
    const list = type === 'set' ? 'set' : 'list'
    const keys = type === 'map' ? ` by ${(schema['x-kubernetes-list-map-keys'] ?? []).join(', ')}` : ''
    return `${list} of ${schema.items === undefined ? 'anything' : typeTextOf(schema.items)}${keys}`
  }
  if (schema.additionalProperties !== undefined) return `map of ${typeTextOf(schema.additionalProperties)}`
  if (schema.type === undefined) return 'anything'
  return schema.format === undefined || schema.format === 'int64' ? schema.type : `${schema.type} (${schema.format})`
}

/** What a value must keep to beside its type, each in a few words. */
export function constraintsOf(schema: StructuralSchema): readonly string[] {
  const values = schema.enum?.filter((value) => value !== null)
  return [
    ...(values === undefined ? [] : [`one of ${values.map((value) => `\`${String(value)}\``).join(', ')}`]),
    ...range(schema.minimum, schema.maximum, '', schema),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' items'),
    ...range(schema.minProperties, schema.maxProperties, ' entries'),
    ...(schema.multipleOf === undefined ? [] : [`multiple of ${schema.multipleOf}`]),
    ...(schema.pattern === undefined ? [] : [`matches \`${schema.pattern}\``]),
    ...(schema.allOf ?? []).flatMap(({ pattern }) => (pattern === undefined ? [] : [`matches \`${pattern}\``])),
  ]
}

function range(
  least: number | undefined,
  most: number | undefined,
  unit: string,
  { exclusiveMinimum = false, exclusiveMaximum = false }: StructuralSchema = {},
): readonly string[] {
  if (least !== undefined && most !== undefined && !exclusiveMinimum && !exclusiveMaximum)
    return [least === most ? `${least}${unit}` : `${least} to ${most}${unit}`]
  return [
    ...(least === undefined ? [] : [`${exclusiveMinimum ? 'more than' : 'at least'} ${least}${unit}`]),
    ...(most === undefined ? [] : [`${exclusiveMaximum ? 'less than' : 'at most'} ${most}${unit}`]),
  ]
}
