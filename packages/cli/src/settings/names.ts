// One setting has four spellings, all derived from its key: `maxRate` → --max-rate, KUBEWRIGHT_MAX_RATE, maxRate (config file).

export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export function environmentName(key: string): string {
  return `KUBEWRIGHT_${flagName(key).replaceAll('-', '_').toUpperCase()}`
}

/** The key of an operator's own setting among those of the whole program: `gc` and `maxRate` → `gcMaxRate`; `vault-sync` → `vaultSyncMaxRate`. */
export function prefixedKey(operator: string, key: string): string {
  const prefix = operator.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return `${prefix}${key[0]!.toUpperCase()}${key.slice(1)}`
}
