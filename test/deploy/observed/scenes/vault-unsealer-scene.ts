import { VaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { Pod, Secret } from 'kubewright'
import { type FakeVault, type FakeVaultOptions, fakeVault, freePorts } from 'kubewright/testing'
import { UnsealerWorld } from '../../../soak/worlds/unsealer-world.ts'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const NAMESPACE = 'observed-vault'
const HOST = `vault.${NAMESPACE}.svc`
const initialize = (name: string) => ({ shares: 3, threshold: 2, secretRef: { name: `${name}-keys`, key: 'keys' } })
const wrongShare = (at: number) => Buffer.alloc(33, at + 1).toString('base64')

interface Case {
  readonly name: string
  readonly vault: FakeVaultOptions
  /** @default 1 */
  readonly nodes?: number
  /** What the Secret of shares holds. */
  readonly shares?: (vault: FakeVault) => readonly string[]
  readonly entries?: (vault: FakeVault) => Readonly<Record<string, string>>
  readonly spec?: object
  /** Breaks it, before anybody looks after it. */
  readonly breaks?: (vault: FakeVault) => void
}

const refusing = (path: string) => (vault: FakeVault) => {
  for (const node of vault.nodes)
    node.fault(
      { is: 'answer', answer: { status: 500, body: { errors: ['internal error'] } } },
      { only: (request) => request.path === path },
    )
}

const CASES: readonly Case[] = [
  { name: 'wrong-shares', vault: { state: 'sealed' }, shares: () => [0, 1, 2].map(wrongShare) },
  { name: 'few-shares', vault: { state: 'sealed' }, shares: ({ shares }) => shares.slice(0, 1).map(({ base64 }) => base64) },
  { name: 'blank', vault: { state: 'uninitialized' }, shares: () => [wrongShare(0)] },
  { name: 'away', vault: { state: 'sealed' }, breaks: (vault) => void vault.nodes[0]!.fault({ is: 'reset' }) },
  {
    name: 'lost',
    vault: { state: 'uninitialized' },
    shares: () => [],
    spec: { initialize: initialize('lost') },
    breaks: (vault) =>
      void vault.nodes[0]!.fault({ is: 'reset', after: true }, { only: ({ path, method }) => path === 'sys/init' && method !== 'GET' }),
  },
  {
    name: 'token-kept',
    vault: { state: 'open' },
    entries: ({ rootToken }) => ({ 'keys.root-token': rootToken }),
    spec: { initialize: initialize('token-kept') },
    breaks: refusing('auth/token/revoke-self'),
  },
  {
    name: 'alone',
    vault: { state: 'uninitialized' },
    nodes: 2,
    shares: () => [],
    spec: { initialize: initialize('alone'), raft: { join: true } },
    breaks: refusing('sys/storage/raft/join'),
  },
]

/** A cluster of Vault that is sealed now and then, and others that cannot be opened, initialised, joined or reached. */
export async function vaultUnsealerScene({ cluster, admin }: Stage): Promise<Scene> {
  const world = await UnsealerWorld.start(admin)
  const tenant = new PatientTenant(admin, NAMESPACE)
  const vaults: FakeVault[] = []
  const place = async (each: Case, network: number) => {
    const [port] = await freePorts(1)
    const hosts = Array.from({ length: each.nodes ?? 1 }, (_, node) => `127.0.${8 + network}.${node + 1}`)
    const vault = await fakeVault({ nodes: hosts.length, tls: true, names: [HOST], hosts, port: port!, ...each.vault })
    vaults.push(vault)
    each.breaks?.(vault)
    await present(tenant, each, vault)
  }
  return {
    programs: [{ name: 'vault-unsealer', operators: ['vault-unsealer'], connection: cluster.connection }],
    world,
    async trouble() {
      await tenant.open()
      for (const [index, each] of CASES.entries()) await place(each, index + 1)
    },
    async stop() {
      await world.stop()
      for (const vault of vaults) await vault.stop()
    },
  }
}

async function present(
  tenant: PatientTenant,
  { name, shares = allShares, entries = () => ({}), spec = {} }: Case,
  vault: FakeVault,
): Promise<void> {
  const secret = (suffix: string, stringData: Readonly<Record<string, string>>, labels = {}) =>
    tenant.create(Secret, { metadata: { name: `${name}-${suffix}`, labels }, type: 'Opaque', stringData })
  await secret('ca', { 'ca.crt': vault.ca })
  const held = shares(vault)
  const keys = { ...(held.length > 0 && { keys: JSON.stringify(held) }), ...entries(vault) }
  await secret('keys', keys, { 'autounseal.vault.io/unsealer': name })
  const containers = [{ name: 'vault', image: 'hashicorp/vault:1.21' }]
  for (const [index, { host }] of vault.nodes.entries()) {
    const pod = `${name}-${index}`
    await tenant.create(Pod, {
      metadata: { name: pod, labels: { vault: name } },
      spec: { containers, automountServiceAccountToken: false },
    })
    await tenant.change(Pod, pod, { status: { phase: 'Running', podIP: host, podIPs: [{ ip: host }] } }, 'status')
  }
  await tenant.create(VaultUnsealer, {
    metadata: { name },
    spec: {
      vault: { url: `https://${HOST}:${vault.nodes[0]!.port}`, caBundleSecretRef: { name: `${name}-ca`, key: 'ca.crt' } },
      unsealKeysSecretRefs: [{ name: `${name}-keys`, key: 'keys' }],
      vaultLabelSelector: `vault=${name}`,
      interval: '5s',
      ...spec,
    },
  })
}

const allShares = ({ shares }: FakeVault) => shares.map(({ base64 }) => base64)
