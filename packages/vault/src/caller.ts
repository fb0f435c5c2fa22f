import type { VaultAnswer } from './transport/answer.ts'
import type { VaultCall } from './transport/transport.ts'

/** How the parts of the client call Vault. */
export interface Caller {
  readonly origin: string
  /** With the session's token and namespace; after a refused token once more with a new one. */
  call(call: Omit<VaultCall, 'token' | 'namespace'>): Promise<VaultAnswer>
  /** A path of the root namespace: never a namespace header (Vault answers 404 to it, OpenBao 400), and a token only when it is asked for. */
  rootOnly(call: Omit<VaultCall, 'token' | 'namespace'> & { readonly withToken?: boolean }): Promise<VaultAnswer>
}
