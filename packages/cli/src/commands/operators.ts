import type { OperatorDefinition } from '../operator.ts'

// Loaded only when asked for: an operator can bring a large dependency (the AWS SDK is 30 MB of heap).
const OPERATORS: Readonly<Record<string, () => Promise<OperatorDefinition>>> = {
  application: async () => (await import('@kubewright/operator-application')).application as unknown as OperatorDefinition,
  s3: async () => (await import('@kubewright/operator-s3')).s3 as unknown as OperatorDefinition,
  gc: async () => (await import('@kubewright/operator-gc')).gc as unknown as OperatorDefinition,
  'vault-sync': async () => (await import('@kubewright/operator-vault-sync')).vaultSync as unknown as OperatorDefinition,
  'vault-unsealer': async () => (await import('@kubewright/operator-vault-unsealer')).vaultUnsealer as unknown as OperatorDefinition,
}

export const OPERATOR_NAMES: readonly string[] = Object.keys(OPERATORS)

/** Those that look at something outside of the cluster too: their flags are flags of `doctor`, and the others need not be loaded for that. */
export const EXAMINING: readonly string[] = ['vault-sync']

/** The named operators, each once; `all` stands for every one. Unknown names are returned apart. */
export function selectOperators(names: readonly string[]): { readonly known: readonly string[]; readonly unknown: readonly string[] } {
  const wanted = [...new Set(names.flatMap((name) => (name === 'all' ? OPERATOR_NAMES : [name])))]
  return {
    known: wanted.filter((name) => Object.hasOwn(OPERATORS, name)),
    unknown: wanted.filter((name) => !Object.hasOwn(OPERATORS, name)),
  }
}

export function loadOperators(names: readonly string[]): Promise<readonly OperatorDefinition[]> {
  return Promise.all(names.map((name) => OPERATORS[name]!()))
}
