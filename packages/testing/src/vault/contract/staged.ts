import type { FakeVault } from '../fake-vault.ts'
import type { Bindings } from './bindings.ts'
import type { Scene } from './replay.ts'

export interface Staged {
  readonly scene: Scene
  readonly vaults: readonly FakeVault[]
}

export type Stager = () => Promise<Staged>

/** What the recording calls the shares of a cluster that was initialised before it began. */
export function bindShares(bindings: Bindings, vault: Pick<FakeVault, 'shares' | 'rootToken'>, first = 1): void {
  for (const [index, { hex, base64 }] of vault.shares.entries()) {
    const number = String(first + index).padStart(4, '0')
    bindings.bind(`facececececececececececececececececececececececececececececece${number}`, hex)
    bindings.bind(`FAKEshareB64${first + index}FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAK`, base64)
  }
  bindings.bind('hvs.FAKE-root-1-xxxxxxxxxxxx', vault.rootToken)
}
