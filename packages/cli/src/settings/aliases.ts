import { ConfigurationError } from '@kubewright/core'
import { environmentName, flagName, prefixedKey } from './names.ts'
import type { OperatorSettings } from './program.ts'
import type { SettingSources } from './resolve.ts'

/** The names that a setting has in the program which the operator replaces: scripts and manifests that give them go on working. */
export interface SettingAlias {
  /** Without the dashes: `vault-addr`. */
  readonly flag?: string
  /** An environment variable: `VAULT_ADDR`. */
  readonly variable?: string
}

type Aliased = Pick<OperatorSettings, 'name' | 'aliases'>
type Given = Pick<SettingSources, 'flags' | 'environment'>

/** All flags of all operators that are other names, each once, with their keys as the parser of the command line makes them. */
export function aliasFlags(operators: readonly Aliased[]): ReadonlyMap<string, string> {
  return new Map(
    operators.flatMap((operator) => entriesOf(operator).flatMap(({ flag }) => (flag === undefined ? [] : [[flag, keyOf(flag)] as const]))),
  )
}

/**
 * What was given, under our own names. Another program's names say nothing of which operator they are for, so they are for one that runs alone: with several,
 * variables are left alone, and flags are refused.
 * @throws ConfigurationError naming the flag to give instead
 */
export function withoutAliases({ flags, environment }: Given, operators: readonly Aliased[], all: readonly Aliased[]): Given {
  const own = { flags: { ...flags }, environment: { ...environment } }
  const [operator, ...others] = operators
  const aliases = operator === undefined || others.length > 0 ? [] : entriesOf(operator)
  for (const { key, flag, variable } of aliases) {
    const value = flag === undefined ? undefined : flags[keyOf(flag)]
    if (value !== undefined && flags[key] !== undefined) throw new ConfigurationError(`--${flag} is --${flagName(key)}: give one of them`)
    if (value !== undefined) own.flags[key] = value
    const name = environmentName(key)
    if (variable !== undefined && environment[variable] && !environment[name]) own.environment[name] = environment[variable]
  }
  for (const [flag, key] of aliasFlags(all)) {
    delete own.flags[key]
    if (flags[key] === undefined || aliases.some((alias) => alias.flag === flag)) continue
    const instead = all.flatMap((each) => entriesOf(each).filter((alias) => alias.flag === flag))
    throw new ConfigurationError(
      `--${flag} is for an operator that runs alone and has it: write ${instead.map((alias) => `--${flagName(alias.key)}`).join(' or ')}`,
    )
  }
  return own
}

function entriesOf({ name, aliases = {} }: Aliased): readonly (SettingAlias & { readonly key: string })[] {
  return Object.entries(aliases).map(([setting, alias]) => ({ ...alias, key: prefixedKey(name, setting) }))
}

const keyOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
