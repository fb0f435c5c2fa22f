import { isKnownFormat } from './formats.ts'
import type { Schema } from './schema.ts'
import { walkSchema } from './walk.ts'

/** Whether the schema has CEL rules, which this server keeps and serves but does not evaluate. Say so to whoever creates it. */
export function hasCel(schema: Schema): boolean {
  return [...walkSchema(schema, '')].some((visit) => (visit.schema['x-kubernetes-validations'] ?? []).length > 0)
}

/** Formats of texts that nothing checks, each once: the server warns of them with `unrecognized format "x"`. */
export function unrecognizedFormats(schema: Schema): string[] {
  const formats = [...walkSchema(schema, '')].flatMap(({ schema: { format } }) => (format && !isKnownFormat(format) ? [format] : []))
  return [...new Set(formats)]
}
