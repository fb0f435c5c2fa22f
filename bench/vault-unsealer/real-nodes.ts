import { vaultClient } from '@kubewright/vault'
import { sleep } from 'kubewright'
import type { RealVault } from 'kubewright/testing'

/** Restarts the nodes of a real Vault, and sees when they are open. */
export class RealNodes implements AsyncDisposable {
  readonly #vault: RealVault
  readonly #clients

  constructor(vault: RealVault) {
    this.#vault = vault
    this.#clients = vault.nodes.map(({ address }) => vaultClient({ address, tls: { ca: vault.ca, serverName: 'vault.test' } }))
  }

  /** Resolves when all of them answer, sealed. */
  async restart(): Promise<void> {
    await Promise.all(this.#vault.nodes.map((node) => node.kill()))
    await Promise.all(this.#vault.nodes.map((node) => node.start()))
  }

  async opened(): Promise<void> {
    await Promise.all(
      this.#clients.map(async (client) => {
        while ((await client.sealStatus()).sealed) await sleep(5)
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
  }
}
