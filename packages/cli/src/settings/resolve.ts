import { readFileSync } from 'node:fs'
import { ConfigurationError, messageOf } from '@kubewright/core'
import { parse } from 'yaml'
import type { z } from 'zod'
import { environmentName, flagName } from './names.ts'
import { fromText, textForm } from './text.ts'

export interface SettingSources {
  /** What the command line gave, by key; absent keys were not given. */
  readonly flags: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The config file's content (see {@link readConfigFile}). */
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
    if (!Object.hasOwn(schema.shape, key)) problems.push(`config file: unknown key "${key}"${nearest(key, Object.keys(schema.shape))}`)
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
      problems.push(`${origin.get(key) ?? `--${flagName(key)}`}: ${issue.message}`)
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'), { code: 'KW-SETTINGS' })
  return result.data as z.output<Shape>
}

/** Reads a YAML or JSON file of settings. @throws ConfigurationError naming the file. */
export function readConfigFile(path: string): Record<string, unknown> {
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigurationError(`config file ${path}: ${messageOf(error)}`, { cause: error, code: 'KW-SETTINGS' })
  }
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content))
    throw new ConfigurationError(`config file ${path}: must be a mapping of settings, such as "logLevel: info"`, { code: 'KW-SETTINGS' })
  return content as Record<string, unknown>
}

/** ` (did you mean "x"?)` when one of the names is a slip of the finger away, else nothing. */
function nearest(wrong: string, names: readonly string[]): string {
  const close = names.find((name) => name.toLowerCase() === wrong.toLowerCase().replaceAll(/[-_]/g, ''))
  return close === undefined ? '' : ` (did you mean "${close}"?)`
}
