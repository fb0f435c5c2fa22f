import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeVault } from '@kubewright/testing'

/** A Vault in this process for vault-sync of `up`, with the settings that lead there. */
export interface DemoVault {
  readonly address: string
  readonly settings: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export async function startDemoVault(): Promise<DemoVault> {
  const vault = await fakeVault({ state: 'dev' })
  const folder = await mkdtemp(join(tmpdir(), 'kubewright-up-'))
  const tokenFile = join(folder, 'vault-token')
  await writeFile(tokenFile, vault.rootToken, { mode: 0o600 })
  return {
    address: vault.address,
    settings: { vaultSyncVaultAddr: vault.address, vaultSyncVaultTokenFile: tokenFile },
    async stop() {
      await vault.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
