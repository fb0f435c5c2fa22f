import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'
import { type FakeVault, type FakeVaultOptions, fakeVault } from '../fake-vault.ts'
import type { Scene } from './replay.ts'
import { exchange } from './stage.ts'
import { bindShares, type Staged, type Stager } from './staged.ts'

/** The recording's order of leaders, so that elections end as they did. */
const RAFT_PORTS = [22100, 22110, 22120]

interface RaftSet {
  readonly clock: VirtualClock
  winner: string
  vault: FakeVault
}

async function raft3(
  name: string,
  lines: readonly [number, number],
  options: FakeVaultOptions,
  directions: (set: RaftSet) => Scene['directions'],
): Promise<Staged> {
  const clock = virtualClock()
  const set: RaftSet = { clock, winner: 'node1', vault: undefined as never }
  set.vault = await fakeVault({ nodes: 3, tls: true, clock, elect: () => set.winner, ...options })
  const cast = Object.fromEntries(
    RAFT_PORTS.map((port, node) => [`n${node + 1}`, { vault: set.vault, node, recordedAddress: `https://127.0.0.1:${port}` }]),
  )
  return { scene: { name, lines, clock, cast, directions: directions(set) ?? {}, inOrderOfSending: true }, vaults: [set.vault] }
}

export const unsealing: Stager = () =>
  raft3('unseal-raft3', [0, 167], { state: 'uninitialized', retryJoin: true }, ({ vault, clock }) => ({
    'unseal: x collision: forged twin': (bindings) =>
      bindings.bind('facececececececececececececececececececececececececececececece0006', twin(vault)),
    'n3 restarted': async () => {
      await vault.nodes[2]!.restart()
      await clock.advance(1_000)
    },
  }))

/** Between the first recording and this one the active node changed; `a` was written. */
export const highAvailability: Stager = () =>
  raft3('ha-raft3', [168, 402], { state: 'open', retryJoin: true }, (set) => {
    const { vault, clock } = set
    let old = vault.shares
    const [n1, n2, n3] = vault.nodes as [FakeVault['nodes'][0], FakeVault['nodes'][0], FakeVault['nodes'][0]]
    return {
      '*': async (bindings) => {
        bindShares(bindings, vault)
        await vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
        await vault.admin('POST', 'secret/data/a', { data: { a: '1' } })
        await vault.admin('POST', 'sys/auth/approle', { type: 'approle' })
        set.winner = 'node2'
        n1.stepDown()
        await clock.advance(1_000)
        set.winner = 'node1'
      },
      'active killed -9': async () => {
        set.winner = 'node2'
        await n1.kill()
      },
      'killed node restarted': () => n1.start(),
      'restarted member: wrong share 1': () => n1.restart(),
      'sys/seal on active': () => {
        set.winner = 'node3'
      },
      'all restarted': async () => {
        for (const node of [n1, n2, n3]) await node.kill()
        set.winner = 'node1'
        for (const node of [n1, n2, n3]) await node.start()
      },
      'rekey update 3': () => {
        old = vault.shares
      },
      'after rekey: restarted member': () => n2.restart(),
      'old share 1 after rekey': (bindings) => bindShares(bindings, { shares: old, rootToken: vault.rootToken }),
      'new share 1': (bindings) => bindShares(bindings, vault),
      'removed node restarted': () => n2.restart(),
      'removed node with empty data dir: rejoins': async () => {
        await n2.kill()
        n2.loseItsData()
        await n2.start()
      },
    }
  })

export const loneStandby: Stager = () =>
  raft3('ha-raft3: lone standby', [838, 845], { state: 'open' }, ({ vault }) => ({
    '*': async (bindings) => {
      bindShares(bindings, vault)
      await vault.nodes[0]!.kill()
      await vault.nodes[2]!.kill()
    },
  }))

export const leaderAway: Stager = async () => {
  const clock = virtualClock()
  const vault = await fakeVault({ nodes: 2, tls: true, state: 'uninitialized', retryJoin: true, clock })
  const n1 = vault.nodes[0]!
  const cast = {
    n1: { vault, node: 0, recordedAddress: 'https://127.0.0.1:22100' },
    n2: { vault, node: 1, recordedAddress: 'https://127.0.0.1:22110' },
  }
  const directions: Scene['directions'] = {
    '*': async (bindings) => {
      await fetchJson(vault, n1.address, 'sys/init', { secret_shares: 3, secret_threshold: 2 })
      n1.unseal()
      await clock.advance(2_000)
      bindShares(bindings, vault)
      await n1.kill()
      // Back ten seconds later, as in the recording.
      clock.setTimer(10_000, () => void n1.start())
      clock.setTimer(10_500, () => n1.unseal())
    },
  }
  const background = ['right shares while no leader is reachable: share 2 (last)']
  return {
    scene: { name: 'unseal-raft3: leader away', lines: [847, 855], clock, cast, directions, background, inOrderOfSending: true },
    vaults: [vault],
  }
}

/** A second share with the x of the first. */
function twin(vault: FakeVault): string {
  const share = Buffer.from(vault.shares[0]!.hex, 'hex')
  share[0]! ^= 1
  return share.toString('hex')
}

async function fetchJson(vault: FakeVault, address: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await exchange(
    { url: `${address}/v1/${path}`, method: 'PUT', headers, body: JSON.stringify(body), ca: vault.ca },
    new AbortController().signal,
  )
}
