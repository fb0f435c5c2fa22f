import { type FakeVaultOptions, fakeVault } from '../fake-vault.ts'
import { type RealVaultOptions, startRealVault } from '../real-vault.ts'

/** What a contract case may use: the part that the fake and a real server have in common. */
export interface VaultUnderTest extends AsyncDisposable {
  readonly nodes: readonly {
    readonly name: string
    readonly address: string
    readonly host: string
    readonly port: number
    kill(): Promise<void>
    start(): Promise<void>
  }[]
  readonly address: string
  readonly ca: string
  readonly shares: readonly { readonly hex: string; readonly base64: string }[]
  readonly rootToken: string
  clientCertificate(commonName: string): { readonly cert: string; readonly key: string }
  admin(method: string, path: string, body?: unknown): Promise<unknown>
}

/** What a Vault is like, the in-process one or the real one. */
export type VaultSetup = RealVaultOptions & Pick<FakeVaultOptions, 'nodes' | 'state' | 'tls'>

/**
 * A Vault of this kind: `real` is a process of HashiCorp Vault, whose absence is a failure.
 * @throws ConfigurationError when the executable is not there
 */
export function startVault(kind: 'fake' | 'real', setup: VaultSetup = {}): Promise<VaultUnderTest> {
  return kind === 'real' ? startRealVault(setup) : fakeVault(setup)
}
