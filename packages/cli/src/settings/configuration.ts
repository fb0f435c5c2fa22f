import { ConfigurationError } from '@kubewright/core'
import type { z } from 'zod'
import { environmentName } from './names.ts'
import type { RunSettings } from './program.ts'
import { resolveSettings } from './resolve.ts'

/** A program's settings, and how to read them again: flags and variables stay, the file may have changed. */
export interface Configuration {
  readonly settings: RunSettings
  readonly file: string | undefined
  /** @throws ConfigurationError with one line per wrong setting */
  read(): Promise<RunSettings>
}

export type GivenFlags = Readonly<Record<string, string | readonly string[] | undefined>>

/** @throws ConfigurationError with one line per wrong setting */
export async function configurationFrom(
  schema: z.ZodObject,
  flags: GivenFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Configuration> {
  const file = [flags['config']].flat()[0] ?? (environment[environmentName('config')] || undefined)
  const read = async () => {
    const settings = resolveSettings(schema, {
      flags,
      environment,
      ...(file === undefined ? {} : { file: await contentOf(file) }),
    }) as RunSettings
    refuseContradictions(settings)
    return settings
  }
  return { settings: await read(), file, read }
}

/** Most programs have no such file, and need no YAML. */
async function contentOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { readConfigFile } = await import('./config-file.ts')
  return readConfigFile(file)
}

/** What the manager would refuse too, but only when everything is connected, and in its own words. */
function refuseContradictions(settings: RunSettings): void {
  const problems = [
    ...(settings.metricsCertDir !== undefined && !settings.metricsSecure
      ? ['--metrics-cert-dir: is for HTTPS: give --metrics-secure too']
      : []),
    ...(settings.shardFilter !== 'none' && !settings.shards
      ? ['--shard-filter: is for replicas that split the objects among them: give --shards too']
      : []),
    ...(settings.profiling && settings.metricsBindAddress === '0'
      ? ['--profiling: profiles are served beside the metrics, which are off: give --metrics-bind-address too']
      : []),
    ...(settings.inspection && settings.metricsBindAddress === '0'
      ? ['--inspection: it is served beside the metrics, which are off: give --metrics-bind-address too']
      : []),
    ...(settings.webhookService !== undefined && settings.webhookUrl !== undefined
      ? ['--webhook-url: is for a program without a Service: leave out --webhook-service']
      : []),
  ]
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'), { code: 'KW-SETTINGS' })
}
