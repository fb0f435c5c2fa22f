import { isKnownFormat } from './formats.ts'
import type { Schema } from './schema.ts'
import { walkSchema } from './walk.ts'

/** Formats of texts that nothing checks, each once: the server warns of them with `unrecognized format "x"`. */
export function unrecognizedFormats(schema: Schema): string[] {
  const formats = [...walkSchema(schema, '')].flatMap(({ schema: { format } }) => (format && !isKnownFormat(format) ? [format] : []))
  return [...new Set(formats)]
}
