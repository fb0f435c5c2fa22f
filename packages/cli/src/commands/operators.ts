import type { OperatorDefinition } from '../operator.ts'
import type { OperatorSettings } from '../settings/program.ts'
import { didYouMean } from '../suggestion.ts'
import { UsageError } from '../usage-error.ts'

interface Shipped {
  /** What its flags are made of, without the rest of it. */
  readonly settings: () => Promise<Omit<OperatorSettings, 'name'>>
  readonly definition: () => Promise<unknown>
}

// Loaded only when asked for. An operator brings megabytes (its kinds are converted and their rules compiled as it is loaded), its settings a few kB.
const OPERATORS: Readonly<Record<string, Shipped>> = {
  application: {
    settings: () => import('@kubewright/operator-application/settings'),
    definition: async () => (await import('@kubewright/operator-application')).application,
  },
  s3: {
    settings: () => import('@kubewright/operator-s3/settings'),
    definition: async () => (await import('@kubewright/operator-s3')).s3,
  },
  gc: {
    settings: () => import('@kubewright/operator-gc/settings'),
    definition: async () => (await import('@kubewright/operator-gc')).gc,
  },
  'vault-sync': {
    settings: () => import('@kubewright/operator-vault-sync/settings'),
    definition: async () => (await import('@kubewright/operator-vault-sync')).vaultSync,
  },
  'vault-unsealer': {
    settings: () => import('@kubewright/operator-vault-unsealer/settings'),
    definition: async () => (await import('@kubewright/operator-vault-unsealer')).vaultUnsealer,
  },
}

export const OPERATOR_NAMES: readonly string[] = Object.keys(OPERATORS)

/** Those that look at something outside of the cluster too: their flags are flags of `doctor`, and the others need not be loaded for that. */
export const EXAMINING: readonly string[] = ['vault-sync']

/** The named operators, each once; `all` stands for every one. @param from what named them, as a message begins with it. @throws UsageError */
export function selectOperators(names: readonly string[], from?: string): readonly string[] {
  const wanted = [...new Set(names.flatMap((name) => (name === 'all' ? OPERATOR_NAMES : [name])))]
  const unknown = wanted.find((name) => !Object.hasOwn(OPERATORS, name))
  if (unknown === undefined) return wanted
  const hint = didYouMean(unknown, OPERATOR_NAMES)
  throw new UsageError(
    `${from === undefined ? '' : `${from}: `}unknown operator "${unknown}"${hint}: one of ${OPERATOR_NAMES.join(', ')}, or all`,
  )
}

export function loadOperators(names: readonly string[]): Promise<readonly OperatorDefinition[]> {
  return Promise.all(names.map(async (name) => (await OPERATORS[name]!.definition()) as OperatorDefinition))
}

/** Enough to read the flags of operators that are not going to run. */
export function loadSettings(names: readonly string[]): Promise<readonly OperatorSettings[]> {
  return Promise.all(names.map(async (name) => ({ name, ...(await OPERATORS[name]!.settings()) })))
}
