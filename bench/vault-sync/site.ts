import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VaultSync, vaultSync } from '@kubewright/operator-vault-sync'
import { type Client, Secret } from 'kubewright'
import { type FakeVault, type FaultProxy, fakeVault, faultProxy, isRead, requestInfo, startTestCluster } from 'kubewright/testing'

const namespace = 'default'
/** So many requests to the API server are under way when the objects are made. */
const AT_ONCE = 20

/** What the operator works on: an embedded API server behind a proxy that counts, an in-process Vault, and Secrets. */
export interface Site extends AsyncDisposable {
  readonly admin: Client
  readonly proxy: FaultProxy
  readonly vault: FakeVault
  /** Holds a token of Vault. */
  readonly tokenFile: string
}

export async function openSite(): Promise<Site> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await startTestCluster({ server: 'embedded' }))
  const vault = stack.use(await fakeVault({ state: 'dev' }))
  const proxy = stack.use(await faultProxy(cluster.connection))
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, vault.rootToken)
  const admin = cluster.client()
  for (const kind of vaultSync.kinds)
    await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
  const disposer = stack.move()
  return { admin, proxy, vault, tokenFile, [Symbol.asyncDispose]: () => disposer.disposeAsync() }
}

export const annotatedSecret = (at: number): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name: `s${at}`, annotations: { 'vault-sync.io/path': `secret/${namespace}/s${at}` } },
  data: { key: base64(`value ${at}`) },
})

export const bareName = (at: number) => `bare-${at}`

export const bareSecret = (at: number): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name: bareName(at) },
  data: { key: base64(`value ${at}`) },
})

export async function createSecrets({ admin }: Site, secretAt: (at: number) => Secret, count: number): Promise<void> {
  const secrets = await admin.resource(Secret)
  for (let from = 0; from < count; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => secrets.create(secretAt(from + at))))
}

export async function changeSecret({ admin }: Site, name: string, value: string): Promise<void> {
  const secrets = await admin.resource(Secret)
  await secrets.patch({ namespace, name }, { type: 'merge', body: { data: { key: base64(value) } } })
}

/** How many objects say that Vault has what is wanted. */
export async function countSynced({ admin }: Site): Promise<number> {
  const { items } = await (await admin.resource(VaultSync)).list({ namespace })
  return items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length
}

/** What was asked of Vault since the entry `from` of its audit log, and of Kubernetes since the proxy was told to forget. */
export interface Counts {
  readonly values: number
  readonly marks: number
  readonly reads: number
  readonly other: number
  readonly kubernetesWrites: number
}

export function countsOf({ vault, proxy }: Site, from: number): Counts {
  const counts = { values: 0, marks: 0, reads: 0, other: 0 }
  for (const { method, path, status } of vault.audit.slice(from)) {
    if ((status >= 400 && status !== 404) || path.includes('/bare-')) continue
    counts[kindOfCall(method, path)]++
  }
  const kubernetesWrites = proxy.requests.filter((request) => {
    const info = requestInfo(request)
    return info.is === 'resource' && !isRead(info) && info.resource !== 'events'
  }).length
  return { ...counts, kubernetesWrites }
}

function kindOfCall(method: string, path: string): 'values' | 'marks' | 'reads' | 'other' {
  if (method === 'POST' && path.includes('/data/')) return 'values'
  if (!path.includes('/metadata/')) return 'other'
  return method === 'PATCH' ? 'marks' : method === 'GET' ? 'reads' : 'other'
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
