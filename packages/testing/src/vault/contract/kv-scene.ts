import { virtualClock } from '../../virtual-clock.ts'
import { fakeVault } from '../fake-vault.ts'
import type { Scene } from './replay.ts'
import type { Stager } from './staged.ts'

export const kvOnRaft: Stager = async () => {
  const clock = virtualClock()
  const vault = await fakeVault({ state: 'open', clock })
  await clock.advance(1_000)
  const directions: Scene['directions'] = {
    '*': (bindings) => bindings.bind('hvs.FAKE-root-1-xxxxxxxxxxxx', vault.rootToken),
    'upgrade v1 with 300 keys': async () => {
      for (let i = 0; i < 300; i++) await vault.admin('POST', `kv1/k${i}`, { a: '1' })
    },
  }
  const cast = { raft: { vault, node: 0, recordedAddress: 'http://127.0.0.1:22400' } }
  return { scene: { name: 'kv2-raft', lines: [856, 868], clock, cast, directions }, vaults: [vault] }
}
