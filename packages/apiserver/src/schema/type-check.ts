import type { StatusCause } from '@kubewright/core'
import { typeError } from './field-error.ts'
import { isKnownFormat } from './formats.ts'
import { isInt64 } from './go-format.ts'
import type { Json, Schema } from './schema.ts'

/** The types a node allows; none: anything goes. */
export function typesOf(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** The format of a node, if it is one that the API server knows. */
export function formatOf(schema: Schema): string | undefined {
  return schema.format !== undefined && isKnownFormat(schema.format) ? schema.format : undefined
}

/** JSON type and Go format of a value, as go-openapi names them. */
function describe(value: Json): readonly [type: string, format: string] {
  if (typeof value === 'number') return isInt64(value) ? ['integer', 'int64'] : ['number', 'float64']
  if (Array.isArray(value)) return ['array', '']
  return value === null ? ['null', ''] : [typeof value, '']
}

/**
 * go-openapi's type check, with its oddities, as clients see its texts: with a format, a wrong type is reported under the format's name, and
 * a list passes for any text of a known format.
 */
export function compileTypeCheck(schema: Schema): (value: Json, path: string, errors: StatusCause[]) => void {
  const types = typesOf(schema)
  const format = formatOf(schema)
  const numeric = types.includes('number') || types.includes('integer')
  if (types.length === 0) return () => undefined
  return (value, path, errors) => {
    const [type, valueFormat] = describe(value)
    if (value === null) {
      if (!schema.nullable) errors.push(typeError(path, types.join(','), 'null'))
      return
    }
    const fits =
      types.includes(type) ||
      (typeof value === 'number' && (types.includes('number') || (Number.isSafeInteger(value) && types.includes('integer'))))
    if (fits) return
    const list = type === 'string' || type === 'array'
    if (format !== undefined && !list && valueFormat !== format) errors.push(typeError(path, format, valueFormat))
    else if (format === undefined || numeric || !list) errors.push(typeError(path, types.join(','), type))
  }
}
