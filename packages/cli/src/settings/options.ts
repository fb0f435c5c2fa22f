import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { environmentName, flagName } from './names.ts'
import { textForm } from './text.ts'

/** Adds one option per field of the schema. Defaults stay with the schema, so that a flag that was not given can be told from one that was. */
export function addOptions(command: Command, schema: z.ZodObject): Command {
  for (const [key, field] of Object.entries(schema.shape)) {
    const form = textForm(field)
    const { placeholder = 'VALUE', ...meta } = (field.meta?.() ?? {}) as { description?: string; placeholder?: string }
    const flags = form === 'boolean' ? `--${flagName(key)} [BOOLEAN]` : `--${flagName(key)} <${placeholder}>`
    const option = new Option(flags, `${meta.description ?? ''}${defaultText(field)} (${environmentName(key)})`)
    if (form === 'boolean') option.preset('true')
    if (form === 'list') option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value])
    command.addOption(option)
    // Only where it says something: --no-leader-elect and --no-warm-standby turn off what is on.
    if (form === 'boolean') command.addOption(new Option(`--no-${flagName(key)}`).preset('false').hideHelp())
  }
  return command
}

function defaultText(field: z.core.$ZodType): string {
  const result = (field as z.ZodType).safeParse(undefined)
  const value = result.success ? result.data : undefined
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return ''
  return `; default ${String(value)}`
}
