import { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import type { StructuralSchema } from './structural.ts'

/** zod's name of a format → the API server's. Formats that the server does not know are dropped there silently, so they are not sent. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'date-time',
  date: 'date',
  email: 'email',
  uri: 'uri',
  uuid: 'uuid',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  base64: 'byte',
  hostname: 'hostname',
}

/** Patterns of zod that RE2 cannot compile, in words that it can: the same texts match. */
const EQUIVALENTS: ReadonlyMap<string | undefined, { readonly pattern: string; readonly maxLength?: number }> = new Map([
  [
    z.email()._zod.def.pattern?.source,
    { pattern: "^([A-Za-z0-9_'+-]+\\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$" },
  ],
  [
    z.hostname()._zod.def.pattern?.source,
    { pattern: '^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-0-9a-zA-Z]{0,61}[0-9a-zA-Z])?)*\\.?$', maxLength: 253 },
  ],
])

/** What the API server takes for a URI and zod does not: a path alone. */
const ABSOLUTE = '^[A-Za-z][A-Za-z0-9+.-]*:'

/** What the API server's RE2 cannot compile: look-around, back references, \u escapes. */
const BEYOND_RE2 = /\(\?<?[=!]|\\[1-9]|\\k<|\\u/

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1
const FLOAT32_MAX = 3.4028234663852886e38

const FLOATS: Readonly<Record<string, string>> = { float32: 'float', float64: 'double' }

/** A string's schema with its constraints. @throws DefinitionError when the API server could not check one of them. */
export function stringSchema(schema: z.core.$ZodType, path: string): StructuralSchema {
  for (const check of schema._zod.def.checks ?? []) {
    const { pattern } = check._zod.def as { readonly pattern?: RegExp }
    const flags = pattern?.flags.replaceAll(/[uv]/g, '') ?? ''
    if (flags !== '')
      throw new DefinitionError(path, `the pattern has the flag "${flags}", which CRDs do not know: spell it out in the pattern`)
  }
  const json = jsonOf(schema)
  const format = FORMATS[(json['format'] as string | undefined) ?? '']
  const patterns = [json['pattern'], ...((json['allOf'] as { pattern?: string }[] | undefined) ?? []).map((part) => part.pattern)]
    .filter((pattern) => typeof pattern === 'string')
    .map((pattern) => EQUIVALENTS.get(pattern)?.pattern ?? pattern)
    // Where the API server knows the format itself, a pattern for it that cannot be translated adds little.
    .filter((pattern) => format === undefined || !BEYOND_RE2.test(pattern))
    .concat(format === 'uri' ? [ABSOLUTE] : [])
  const longest = EQUIVALENTS.get(json['pattern'] as string | undefined)?.maxLength
  const unusable = patterns.find((pattern) => BEYOND_RE2.test(pattern))
  if (unusable !== undefined) {
    throw new DefinitionError(
      path,
      `the pattern ${unusable} uses look-around, back references or \\u, which the API server's RE2 does not know: write it without, or as a CEL rule${json['format'] === 'duration' ? '; or use duration(), in the syntax of Go' : ''}`,
    )
  }
  return {
    type: 'string',
    ...(format !== undefined && { format }),
    ...(longest !== undefined && { maxLength: longest }),
    ...numbers(json, ['minLength', 'maxLength']),
    ...(patterns.length === 1 && { pattern: patterns[0]! }),
    ...(patterns.length > 1 && { allOf: patterns.map((pattern) => ({ pattern })) }),
  }
}

/** A number's schema: integers say their width, because the API server stores 64 bits and clients of other languages generate types from it. */
export function numberSchema(schema: z.core.$ZodType): StructuralSchema {
  const json = jsonOf(schema)
  if (json['type'] !== 'integer') {
    const format = FLOATS[(schema._zod.def as { readonly format?: string }).format ?? '']
    const isWidth = (bound: unknown) => format !== undefined && Math.abs(Number(bound)) >= FLOAT32_MAX
    const bounded = Object.fromEntries(Object.entries(json).filter(([, value]) => !isWidth(value)))
    return {
      type: 'number',
      ...(format !== undefined && { format }),
      ...numbers(bounded, ['minimum', 'maximum', 'multipleOf']),
      ...exclusive(bounded),
    }
  }
  const width = integerWidth(schema)
  const isWidth = (bound: unknown) =>
    width === 'int32' ? bound === INT32_MIN || bound === INT32_MAX : Math.abs(Number(bound)) === Number.MAX_SAFE_INTEGER
  const { minimum, maximum, ...others } = json
  const bounded = { ...others, ...(isWidth(minimum) ? {} : { minimum }), ...(isWidth(maximum) ? {} : { maximum }) }
  return { type: 'integer', format: width, ...numbers(bounded, ['minimum', 'maximum', 'multipleOf']), ...exclusive(bounded) }
}

function integerWidth(schema: z.core.$ZodType): 'int32' | 'int64' {
  const own = schema._zod.def as { readonly format?: string }
  const checks = (schema._zod.def.checks ?? []).map((check) => (check._zod.def as { readonly format?: string }).format)
  return own.format === 'int32' || checks.includes('int32') ? 'int32' : 'int64'
}

function exclusive(json: Readonly<Record<string, unknown>>): StructuralSchema {
  return {
    ...(json['exclusiveMinimum'] === true && { exclusiveMinimum: true }),
    ...(json['exclusiveMaximum'] === true && { exclusiveMaximum: true }),
  }
}

/** What zod itself says about one scalar: bounds of several checks are already combined there. */
function jsonOf(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any', metadata: z.registry() }) as Record<
    string,
    unknown
  >
}

function numbers(json: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(keys.flatMap((key) => (typeof json[key] === 'number' ? [[key, json[key]]] : [])))
}

/** Bounds on the length of an array. */
export function lengthBounds(schema: z.core.$ZodType): StructuralSchema {
  const checks = (schema._zod.def.checks ?? []).map(
    (check) => check._zod.def as { readonly minimum?: number; readonly maximum?: number; readonly length?: number },
  )
  const least = checks.map((check) => check.minimum ?? check.length).filter((bound) => bound !== undefined)
  const most = checks.map((check) => check.maximum ?? check.length).filter((bound) => bound !== undefined)
  return { ...(least.length > 0 && { minItems: Math.max(...least) }), ...(most.length > 0 && { maxItems: Math.min(...most) }) }
}
