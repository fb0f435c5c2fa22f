import type { ObjectName } from 'kubewright'

/** How a Vault without data is initialised, and where its shares are kept. */
export interface InitializationPlan {
  readonly shares: number
  readonly threshold: number
  /** Base64 of public keys, one per share: the shares are kept encrypted, and open nothing here. */
  readonly pgpKeys: readonly string[] | undefined
  /** Base64 of a public key: the root token is kept encrypted. Without it the token is kept until a node is open, and revoked then. */
  readonly rootTokenPgpKey: string | undefined
  readonly secret: ObjectName
  /** The entry for the shares. */
  readonly entry: string
}

/** What is kept of an initialisation. */
export interface Yield {
  /** Base64; with PGP keys, of PGP messages. */
  readonly shares: readonly string[]
  readonly rootToken: KeptRootToken
}

export type KeptRootToken =
  /** A PGP message, for whoever has the private key. */
  | { readonly is: 'encrypted'; readonly message: string }
  /** Beside the shares, which give whoever has them a root token at any time; until it is revoked. */
  | { readonly is: 'bare'; readonly token: string }

/** Where it is kept. */
export interface KeyStore {
  /**
   * Proves that it can be written, by writing down that an initialisation begins; only one caller comes this far, ever, until {@link release}.
   * @throws KeyStoreRefusal
   */
  claim(node: string, signal: AbortSignal): Promise<void>
  /** Nothing has come of it. */
  release(): Promise<void>
  keep(what: Yield): Promise<void>
  /** The bare root token that is kept still. @throws KeyStoreRefusal when that cannot be told */
  rootToken(signal: AbortSignal): Promise<string | undefined>
  /** It is revoked. @throws KeyStoreRefusal */
  dropRootToken(signal: AbortSignal): Promise<void>
}

/** Why nothing may be initialised, or how a token that is kept cannot be had: the message is for the one who mends it. */
export class KeyStoreRefusal extends Error {
  override readonly name = 'KeyStoreRefusal'
}
