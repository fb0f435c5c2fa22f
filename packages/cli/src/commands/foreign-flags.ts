import { type Command, Option } from 'commander'
import { APISERVER_FLAGS } from './apiserver-flags.ts'
import { KUBE_APISERVER_SWITCHES, KUBE_APISERVER_VALUES } from './envtest/kube-apiserver-flags.ts'

const nameOf = (flag: string): string => /^--([a-z0-9-]+)/.exec(flag)?.[1] ?? ''
const OWN = new Set(APISERVER_FLAGS.map(({ flag }) => nameOf(flag)))
const isForeign = (name: string): boolean => !OWN.has(name)

/** kube-apiserver's flags that mean nothing here: taken, so that its command lines work, and told of. Others are refused as unknown. */
export function addForeignFlags(command: Command): void {
  for (const name of KUBE_APISERVER_VALUES.filter(isForeign))
    command.addOption(new Option(name === 'v' ? '-v, --v <LEVEL>' : `--${name} <VALUE>`).hideHelp())
  for (const name of KUBE_APISERVER_SWITCHES.filter(isForeign)) command.addOption(new Option(`--${name} [BOOLEAN]`).hideHelp())
}

/** Those of them that were given. */
export function foreignFlagsOf(given: Readonly<Record<string, unknown>>): readonly string[] {
  return [...KUBE_APISERVER_VALUES, ...KUBE_APISERVER_SWITCHES].filter((name) => isForeign(name) && given[optionName(name)] !== undefined)
}

/** `--token-auth-file` is `tokenAuthFile` to the parser of the command line. */
export const optionName = (flag: string): string => flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
