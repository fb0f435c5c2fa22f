import { type Client, Pod } from '@kubewright/client'
import { type KubeObject, sleep } from '@kubewright/core'
import { VaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { type FakeVault, fakeVault, freePorts } from '@kubewright/testing'
import { applyAll } from './apply-all.ts'

const NAMESPACE = 'vault-demo'
const LABELS = { 'app.kubernetes.io/name': 'vault' } as const
/** One of the nodes is sealed each so many ms, on the average. */
const PACE_MS = 15_000

/** A Vault of three nodes, which are pods for vault-unsealer of `up`. */
export interface SealedVault {
  readonly addresses: readonly string[]
  /** Puts it into the cluster, and seals a node now and then, until the signal aborts. */
  run(client: Client, say: (line: string) => void, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export async function startSealedVault(): Promise<SealedVault> {
  const [port] = await freePorts(1)
  // Other systems have one loopback address only.
  const hosts = process.platform === 'linux' ? ['127.0.1.1', '127.0.1.2', '127.0.1.3'] : ['127.0.0.1']
  const vault = await fakeVault({ nodes: hosts.length, state: 'sealed', tls: true, names: ['vault.vault-demo.svc'], hosts, port: port! })
  return {
    addresses: vault.nodes.map(({ address }) => address),
    stop: () => vault.stop(),
    async run(client, say, signal) {
      await applyAll(client, objectsOf(vault), signal)
      await Promise.all(
        vault.nodes.map(({ host }, index) =>
          tell(client, index, { status: { phase: 'Running', podIP: host, podIPs: [{ ip: host }] } }, signal),
        ),
      )
      let sealed = vault.nodes.map((_, index) => index)
      for (let from = performance.now(); ; ) {
        while (vault.nodes.some((node) => node.sealed)) await sleep(10, { signal })
        const names = sealed.map((index) => `vault-${index}`).join(', ')
        say(`${names}: sealed, and open again in ${Math.round(performance.now() - from)} ms`)
        for (const index of sealed) await label(client, index, false, signal)
        await sleep(PACE_MS * (0.5 + Math.random()), { signal })
        sealed = [Math.floor(Math.random() * vault.nodes.length)]
        from = performance.now()
        for (const index of sealed) {
          vault.nodes[index]!.seal()
          // As Vault's service registration does.
          await label(client, index, true, signal)
        }
      }
    },
  }
}

const label = (client: Client, index: number, sealed: boolean, signal: AbortSignal) =>
  tell(client, index, { metadata: { labels: { 'vault-sealed': String(sealed) } } }, signal)

async function tell(client: Client, index: number, body: object, signal: AbortSignal): Promise<void> {
  const pods = await client.resource(Pod, { signal })
  const options = 'status' in body ? { subresource: 'status', signal } : { signal }
  await pods.patch({ namespace: NAMESPACE, name: `vault-${index}` }, { type: 'merge', body }, options)
}

function objectsOf(vault: FakeVault): readonly KubeObject[] {
  const secret = (name: string, stringData: Readonly<Record<string, string>>, labels = {}) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', stringData },
    metadata: { namespace: NAMESPACE, name, labels },
  })
  const pods = vault.nodes.map((_, index) => ({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { namespace: NAMESPACE, name: `vault-${index}`, labels: LABELS },
    spec: { nodeName: 'this-process', automountServiceAccountToken: false, containers: [{ name: 'vault', image: 'hashicorp/vault:1.21' }] },
  }))
  const unsealer = VaultUnsealer.of({
    metadata: { namespace: NAMESPACE, name: 'vault' },
    spec: {
      vault: { url: `https://vault.vault-demo.svc:${vault.nodes[0]!.port}`, caBundleSecretRef: { name: 'vault-ca', key: 'ca.crt' } },
      unsealKeysSecretRefs: [
        { name: 'vault-keys-a', key: 'keys' },
        { name: 'vault-keys-b', keyPrefix: 'key-' },
      ],
      vaultLabelSelector: 'app.kubernetes.io/name=vault',
    },
  })
  const handedOver = { 'autounseal.vault.io/unsealer': 'vault' }
  const [first, second, third, ...others] = vault.shares.map(({ base64 }) => base64)
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    secret('vault-ca', { 'ca.crt': vault.ca }),
    secret('vault-keys-a', { keys: JSON.stringify([first, second, third]) }, handedOver),
    secret('vault-keys-b', Object.fromEntries(others.map((share, at) => [`key-${at + 4}`, share])), handedOver),
    ...pods,
    unsealer,
  ]
}
