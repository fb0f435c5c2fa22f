import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '@kubewright/core'
import { type Logger, watchFolder } from '@kubewright/runtime'
import type { Configuration } from '../settings/configuration.ts'
import type { RunSettings } from '../settings/program.ts'

/**
 * Follows the config file until the signal: what can change in a running program does (the log level), and what cannot is named. A file that is
 * wrong changes nothing. Only names of settings are logged: values may be secrets.
 */
export async function followConfiguration({ settings, file, read }: Configuration, log: Logger, signal: AbortSignal): Promise<void> {
  if (file === undefined) return
  let known: RunSettings = settings
  let said: string | undefined
  const look = async () => {
    try {
      const now = await read()
      const changed = changedKeys(known, now)
      known = now
      said = undefined
      if (changed.includes('logLevel')) log.level = now.logLevel
      const others = changed.filter((key) => key !== 'logLevel')
      if (changed.length > 0)
        log.info('the config file has changed', { file, changed, ...(others.length > 0 ? { needsRestart: others } : {}) })
    } catch (error) {
      const problem = messageOf(error)
      if (problem !== said) log.error('the config file is wrong; the settings before stay', { file, problem })
      said = problem
    }
  }
  await watchFolder(dirname(resolve(file)), look, { signal })
}

function changedKeys(before: RunSettings, after: RunSettings): readonly string[] {
  const [old, now] = [before as Readonly<Record<string, unknown>>, after as Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => !isDeepStrictEqual(old[key], now[key]))
}
