import { z } from 'zod'

export type TextForm = 'text' | 'number' | 'boolean' | 'list'

/** How a setting is written as text, in a flag or an environment variable: read off the innermost schema. */
export function textForm(schema: z.core.$ZodType): TextForm {
  if (schema instanceof z.ZodNumber) return 'number'
  if (schema instanceof z.ZodBoolean) return 'boolean'
  if (schema instanceof z.ZodArray) return 'list'
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return textForm(schema.def.innerType)
  }
  if (schema instanceof z.ZodPipe) return textForm(schema.def.in)
  return 'text'
}

/**
 * Turns text into what the schema expects.
 * @throws Error with a sentence about the text when it cannot be turned
 */
export function fromText(form: TextForm, text: string | readonly string[]): unknown {
  if (form === 'list') return splitList([text].flat())
  const last = typeof text === 'string' ? text : (text.at(-1) ?? '')
  switch (form) {
    case 'number':
      if (last.trim() === '' || !Number.isFinite(Number(last))) throw new Error(`"${last}" is no number`)
      return Number(last)
    case 'boolean':
      if (last !== 'true' && last !== 'false') throw new Error(`"${last}" is neither true nor false`)
      return last === 'true'
    case 'text':
      return last
  }
}

/** Lists are repeated, written with commas, or both. */
function splitList(parts: readonly string[]): string[] {
  return parts.flatMap((part) => part.split(',')).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}
