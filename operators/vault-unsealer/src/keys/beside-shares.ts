/** Behind the name of an entry with shares: what is kept beside them, and holds none. */
export const BESIDE_SHARES = {
  /** The initialisation that is under way, or whose end nobody has seen. */
  mark: '.initializing',
  encryptedRootToken: '.root-token.pgp',
  rootToken: '.root-token',
} as const

export const isBesideShares = (name: string): boolean => Object.values(BESIDE_SHARES).some((end) => name.endsWith(end))
