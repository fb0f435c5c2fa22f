// The vault-unsealer on a raft cluster of three nodes with TLS: with KUBEWRIGHT_TEST_SERVER=real processes of HashiCorp Vault and a real API server.
import { VaultUnsealer, VaultUnsealerGrant } from '@kubewright/operator-vault-unsealer'
import { eventually, startVault, type VaultUnderTest } from '@kubewright/testing'
import { type VaultClient, vaultClient } from '@kubewright/vault'
import { beforeAll, expect } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { useSecretSearch } from './secret-search.ts'
import { hosts, PORT, vaultSiteTest } from './vault-unsealer-site.ts'

const search = useSecretSearch()
const bench = useCluster({ apiServerFlags: search.audit.flags })
const test = vaultSiteTest(bench, search)
const kind = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' ? 'real' : 'fake'
const ROUNDS = Number(process.env['KUBEWRIGHT_UNSEAL_ROUNDS'] ?? 2)

beforeAll(async () => {
  await installKind(bench.client, VaultUnsealer)
  await installKind(bench.client, VaultUnsealerGrant)
})

const clientsOf = (vault: VaultUnderTest): readonly VaultClient[] =>
  vault.nodes.map(({ address }) => vaultClient({ address, tls: { ca: vault.ca, serverName: 'vault.test' }, connections: 2 }))

test('all sealed: all are opened and a leader is elected; one that is killed and started again is opened again; round after round', {
  timeout: 1_800_000,
}, async ({ site }) => {
  await using vault = await startVault(kind, { nodes: 3, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(3), port: PORT })
  const clients = clientsOf(vault)
  const open = async () =>
    (
      await Promise.all(
        clients.map((client) =>
          client.sealStatus().then(
            ({ sealed }) => !sealed,
            () => false,
          ),
        ),
      )
    ).every(Boolean)
  const led = async () =>
    (
      await Promise.all(
        clients.map((client) =>
          client.health().then(
            ({ state }) => state,
            () => 'away',
          ),
        ),
      )
    ).includes('active')
  const until = async (is: () => Promise<boolean>): Promise<number> => {
    const from = performance.now()
    await eventually(async () => expect(await is()).toBe(true), { timeout: 60_000, interval: 20 })
    return performance.now() - from
  }
  try {
    await site.podsOf(vault)
    await site.keys(vault)
    await site.unsealer(vault, { interval: '5s' })
    const times: { all: number[]; leader: number[]; one: number[] } = { all: [], leader: [], one: [] }
    times.all.push(await until(open))
    times.leader.push(await until(led))
    for (let round = 1; round <= ROUNDS; round++) {
      await Promise.all(vault.nodes.map((node) => node.kill()))
      await Promise.all(vault.nodes.map((node) => node.start()))
      // What a container's restart does to its pod.
      await Promise.all(vault.nodes.map((_, index) => site.restarted(`vault-${index}`, 2 * round)))
      times.all.push(await until(open))
      times.leader.push(await until(led))
      const index = round % 3
      await vault.nodes[index]!.kill()
      await vault.nodes[index]!.start()
      await site.restarted(`vault-${index}`, 2 * round + 1)
      times.one.push(await until(open))
      await until(led)
    }
    await site.says('Ready', { status: 'True' })
    const told = Object.entries(times).map(
      ([what, ms]) => `${what}: ${ms.length} of ${ms.length}, median ${median(ms)} ms, longest ${Math.round(Math.max(...ms))} ms`,
    )
    process.stdout.write(`${kind} Vault, ${ROUNDS} rounds\n${told.join('\n')}\n`)
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
})

test('spec.raft.join: nodes without data join the one that was initialised, and are opened', { timeout: 180_000 }, async ({ site }) => {
  await using vault = await startVault(kind, {
    ...{ nodes: 3, state: 'uninitialized', tls: true, names: ['vault.test'], hosts: hosts(3), port: PORT },
  })
  const clients = clientsOf(vault)
  try {
    const { shares, rootToken } = await clients[0]!.init({ seal: 'shamir', shares: 3, threshold: 2 })
    const known = { ca: vault.ca, nodes: vault.nodes, shares: shares.map((base64) => ({ base64 })) }
    await site.podsOf(known)
    await site.keys(known)
    await site.unsealer(known, { interval: '5s' })
    await eventually(async () => expect(await site.reason('vault-1')).toBe('WaitingForRaftJoin'), { timeout: 60_000 })
    await site.change({ raft: { join: true } })
    await site.says('Ready', { status: 'True' })
    const root = vaultClient({
      ...{ address: vault.nodes[0]!.address, tls: { ca: vault.ca, serverName: 'vault.test' } },
      auth: { method: 'token', token: rootToken },
    })
    await eventually(async () => expect(await root.raftPeers()).toHaveLength(3), { timeout: 60_000 }).finally(() => root.close())
    expect((await site.events()).filter(({ reason }) => reason === 'RaftJoined').map(({ note }) => note)).toEqual(
      expect.arrayContaining(['vault-1: told to join the cluster of vault-0', 'vault-2: told to join the cluster of vault-0']),
    )
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
})

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!)
}
