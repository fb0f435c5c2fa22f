import { ConfigurationError, messageOf } from '@kubewright/core'
import type { z } from 'zod'
import { didYouMean } from '../suggestion.ts'
import { environmentName, flagName } from './names.ts'
import { fromText, textForm } from './text.ts'

export interface SettingSources {
  /** What the command line gave, by key; absent keys were not given. */
  readonly flags: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The config file's content (see `readConfigFile`). */
  readonly file?: Readonly<Record<string, unknown>>
}

/**
 * Every setting from its highest source: flag, then environment, then file, then default. All are validated together.
 * @throws ConfigurationError with one line per wrong setting, each naming where the value came from.
 */
export function resolveSettings<Shape extends z.ZodObject>(schema: Shape, sources: SettingSources): z.output<Shape> {
  const given: Record<string, unknown> = {}
  const origin = new Map<string, string>()
  const problems: string[] = []

  for (const key of Object.keys(sources.file ?? {})) {
    if (!Object.hasOwn(schema.shape, key)) problems.push(`config file: unknown key "${key}"${didYouMean(key, Object.keys(schema.shape))}`)
  }
  const take = (key: string, from: string, value: () => unknown) => {
    origin.set(key, from)
    try {
      given[key] = value()
    } catch (error) {
      problems.push(`${from}: ${messageOf(error)}`)
    }
  }
  for (const [key, field] of Object.entries(schema.shape)) {
    const form = textForm(field)
    const flag = sources.flags[key]
    const variable = sources.environment[environmentName(key)]
    if (flag !== undefined) take(key, `--${flagName(key)}`, () => fromText(form, flag))
    else if (variable) take(key, environmentName(key), () => fromText(form, variable))
    else if (sources.file !== undefined && Object.hasOwn(sources.file, key)) take(key, `config file, ${key}`, () => sources.file![key])
  }
  const result = schema.safeParse(given)
  if (!result.success) {
    for (const issue of result.error.issues) {
      const key = String(issue.path[0] ?? '')
      problems.push(`${origin.get(key) ?? `--${flagName(key)}`}: ${sentenceOf(issue, given)}`)
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'), { code: 'KW-SETTINGS' })
  return result.data as z.output<Shape>
}

/** The words of zod, but where a reader of flags and files wants others. */
function sentenceOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`
  if (issue.code !== 'invalid_value') return issue.message
  const names = issue.values.map(String)
  const wrong = issue.path.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>>)[key], given)
  return `${JSON.stringify(wrong)} is not one of ${names.join(', ')}${didYouMean(String(wrong), names)}`
}
