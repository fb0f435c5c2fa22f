import { virtualClock } from '../../virtual-clock.ts'
import { type FakeVault, fakeVault } from '../fake-vault.ts'
import type { Bindings } from './bindings.ts'
import type { Scene } from './replay.ts'
import { bindShares, type Stager } from './staged.ts'

export const sealKinds: Stager = async () => {
  const clock = virtualClock()
  const auto = await fakeVault({ state: 'uninitialized', seal: 'auto', clock })
  const m = await fakeVault({ state: 'uninitialized', clock })
  const lf = await fakeVault({ nodes: 2, state: 'uninitialized', clock })
  const cast = {
    auto: { vault: auto, node: 0, recordedAddress: 'http://127.0.0.1:22010' },
    m: { vault: m, node: 0, recordedAddress: 'http://127.0.0.1:22020' },
    l: { vault: lf, node: 0, recordedAddress: 'http://127.0.0.1:22040' },
    f: { vault: lf, node: 1, recordedAddress: 'http://127.0.0.1:22050' },
  }
  const restart = async (vault: FakeVault, to: 'shamir' | 'auto') => {
    vault.startMigration(to)
    await vault.nodes[0]!.restart()
  }
  const directions: Scene['directions'] = {
    'auto-seal: restart': async () => {
      await auto.nodes[0]!.kill()
      clock.setTimer(500, () => void auto.nodes[0]!.start())
    },
    'auto-seal: provider sealed, still open': () => auto.setKms(false),
    'auto-seal: provider sealed': () => auto.nodes[0]!.restart(),
    'migration pending': () => restart(m, 'auto'),
    'migration back pending': () => restart(m, 'shamir'),
    'explicit join': async () => {
      lf.nodes[0]!.unseal()
      await clock.advance(100)
    },
  }
  return { scene: { name: 'seal-kinds', lines: [432, 478], clock, cast, directions, inOrderOfSending: true }, vaults: [auto, m, lf] }
}

export const autoSealedByCall: Stager = async () => {
  const clock = virtualClock()
  const auto = await fakeVault({ state: 'open', seal: 'auto', shares: 3, threshold: 2, clock })
  const cast = { auto: { vault: auto, node: 0, recordedAddress: 'http://127.0.0.1:22010' } }
  const directions = { '*': (bindings: Bindings) => bindShares(bindings, auto) }
  return { scene: { name: 'seal-kinds: sealed by call', lines: [830, 836], clock, cast, directions }, vaults: [auto] }
}
