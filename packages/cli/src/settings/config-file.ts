import { readFileSync } from 'node:fs'
import { ConfigurationError } from '@kubewright/core'
import { parse } from 'yaml'
import { fileProblem } from '../file-problem.ts'

/** Reads a YAML or JSON file of settings. @throws ConfigurationError naming the file. */
export function readConfigFile(path: string): Record<string, unknown> {
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigurationError(`config file ${path}: ${fileProblem(error)}`, { cause: error, code: 'KW-SETTINGS' })
  }
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content))
    throw new ConfigurationError(`config file ${path}: must be a mapping of settings, such as "logLevel: info"`, { code: 'KW-SETTINGS' })
  return content as Record<string, unknown>
}
