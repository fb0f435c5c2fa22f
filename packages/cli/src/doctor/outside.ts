import { z } from 'zod'
import type { OperatorDefinition } from '../operator.ts'
import { readConfigFile } from '../settings/config-file.ts'
import { environmentName, flagName, prefixedKey } from '../settings/names.ts'
import { settingsOf } from '../settings/program.ts'
import { resolveSettings, type SettingSources } from '../settings/resolve.ts'
import type { ExaminationContext, ExaminedCheck } from './examined.ts'

export type GivenSettings = Pick<SettingSources, 'flags' | 'environment'> & { readonly configFile: string | undefined }

/**
 * Lets operators look at what they need outside of the cluster, with the settings that they are run with.
 * @throws ConfigurationError with one line per wrong setting
 */
export async function examineOutside(
  operators: readonly OperatorDefinition[],
  given: GivenSettings,
  context: ExaminationContext,
): Promise<readonly ExaminedCheck[]> {
  const checks: ExaminedCheck[] = []
  for (const operator of operators) {
    if (operator.examine === undefined) continue
    const { schema, sources, isGiven } = settingsGiven(operator, given)
    if (isGiven)
      checks.push(...(await operator.examine(operator.config.parse(settingsOf(operator, resolveSettings(schema, sources))), context)))
    else {
      // Its defaults are names in the cluster's own network: from here they would all be wrong.
      const why = `outside of the cluster: give the settings that it runs with, by --config FILE or flags such as --${flagName(firstKey(operator))}`
      checks.push({ check: operator.name, outcome: { is: 'skipped', why } })
    }
  }
  return checks
}

const keysOf = ({ name, config }: OperatorDefinition): readonly string[] => Object.keys(config.shape).map((key) => prefixedKey(name, key))

const firstKey = (operator: OperatorDefinition): string => keysOf(operator)[0]!

function settingsGiven(operator: OperatorDefinition, { flags, environment, configFile }: GivenSettings) {
  const keys = keysOf(operator)
  const shape = Object.fromEntries(
    Object.entries(operator.config.shape).map(([key, field]) => [prefixedKey(operator.name, key), field as z.ZodType]),
  )
  // The file is the one of `kubewright run`, where other settings stand too.
  const file =
    configFile === undefined ? {} : Object.fromEntries(Object.entries(readConfigFile(configFile)).filter(([key]) => keys.includes(key)))
  const isGiven = keys.some((key) => flags[key] !== undefined || Boolean(environment[environmentName(key)]) || Object.hasOwn(file, key))
  return { schema: z.object(shape), sources: { flags, environment, file }, isGiven }
}
