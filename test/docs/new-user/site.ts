import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterConnection } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { startTestCluster } from '@kubewright/testing'
import { parseAllDocuments } from 'yaml'
import { run } from '../../integration/program.ts'
import { startOldServer } from './old-server.ts'

/** A folder with the files of a new user, and the cluster that they are about. */
export interface Site extends AsyncDisposable {
  readonly folder: string
  readonly portInUse: number
  /** What is another one at each run, by what stands for it on the page. */
  readonly stands: ReadonlyMap<string, string>
  /** Applies what `kubewright manifests gc --only PART` prints. */
  install(part: 'crds' | 'webhooks'): Promise<void>
}

const POLICY = `apiVersion: gc.kubewright.dev/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: old-reports, namespace: shop }
spec:
  targetResourc: { apiVersion: v1, kind: ConfigMap }
  ttl: { secondsAfterCreation: 3600 }
`

export async function startSite(): Promise<Site> {
  const cluster = await startTestCluster({ server: 'embedded' })
  const client = cluster.client()
  const folder = mkdtempSync(join(tmpdir(), 'new-user-'))
  const old = await startOldServer(cluster.connection, 'v1.27.16')
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port: portInUse } = taken.address() as AddressInfo
  const apply = (path: string, body: KubeObject) =>
    client.request<{ readonly status?: { readonly token?: string } }>('POST', path, { body })

  await apply('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kubewright-system' } })
  await apply('/api/v1/namespaces/default/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody' } })
  const { status } = await apply('/api/v1/namespaces/default/serviceaccounts/nobody/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: 'nobody' },
  })
  const { connection } = cluster
  const { caData: _, ...withoutAuthority } = connection
  const files: Readonly<Record<string, string>> = {
    'cluster.yaml': kubeconfigOf(connection),
    // Where nobody listens: to do so takes a privilege that nobody needs.
    'away.yaml': kubeconfigOf({ ...connection, server: 'https://127.0.0.1:1' }),
    'other-authority.yaml': kubeconfigOf(withoutAuthority),
    'expired.yaml': kubeconfigOf({ ...connection, token: 'expired' }),
    'nobody.yaml': kubeconfigOf({ ...connection, token: status?.token ?? '' }),
    'old.yaml': kubeconfigOf({ ...withoutAuthority, server: old.url }),
    'broken.yaml': 'apiVersion: v1\nkind: [Config\n',
    'settings.yaml': 'logLevl: debug\ngcConcurency: 4\n',
    'policy.yaml': POLICY,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)

  return {
    folder,
    portInUse,
    stands: new Map([
      [folder, '/home/you'],
      [connection.server, 'https://cluster.example:6443'],
      [old.url, 'https://old.example:6443'],
      [String(portInUse), '8080'],
    ]),
    install: async (part) => {
      const { stdout } = await run(['manifests', 'gc', '--only', part])
      for (const document of parseAllDocuments(stdout))
        await apply(collectionOf(document.toJS() as KubeObject), document.toJS() as KubeObject)
    },
    [Symbol.asyncDispose]: async () => {
      taken.close()
      old.stop()
      await cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function kubeconfigOf({ server, caData, token }: ClusterConnection): string {
  const authority = caData === undefined ? {} : { 'certificate-authority-data': base64Of(caData) }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'staging', cluster: { server, ...authority } }],
    users: [{ name: 'you', user: { token } }],
    contexts: [{ name: 'staging', context: { cluster: 'staging', user: 'you' } }],
    'current-context': 'staging',
  })
}

const base64Of = (text: string): string => (text.startsWith('-----') ? Buffer.from(text).toString('base64') : text)

function collectionOf({ apiVersion = '', kind = '', metadata: { namespace } }: KubeObject): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}${scope}/${kind.toLowerCase()}s`
}
