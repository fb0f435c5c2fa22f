import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterConnection, kubeconfigFor } from '@kubewright/client'
import { findServers } from '../process/executables.ts'
import { freePorts } from '../process/free-port.ts'
import { type ServerProcess, startServerProcess } from '../process/server-process.ts'
import { startWatchdog, type Watchdog } from '../process/watchdog.ts'
import { apiServerFlags, apiUrl, controllerManagerFlags, etcdFlags, etcdUrl, filesOf, type RealSite } from './kube-flags.ts'

import { probe, untilReady } from './readiness.ts'
import type { ServerUnderTest } from './server-under-test.ts'

export interface RealServerOptions {
  readonly controllers: boolean
  readonly apiServerFlags: readonly string[]
  readonly signal: AbortSignal | undefined
}

/** etcd's data and the watches are not worth a graceful goodbye; a server that hangs is not worth a test's time. */
const GRACE = 3_000

/** A test's server lives for seconds: Go's default spends a seventh of a test file's processor time on keeping a heap small that is about to go. */
const GARBAGE_COLLECTION = { GOGC: '400', GOMEMLIMIT: '1GiB' }

/** etcd, kube-apiserver and, when asked for, kube-controller-manager, as processes of their own in a temporary folder. */
export async function startRealServer(options: RealServerOptions): Promise<ServerUnderTest> {
  const needed = ['etcd', 'kube-apiserver', ...(options.controllers ? ['kube-controller-manager'] : [])]
  const executables = findServers(needed)
  for (let attempt = 1; ; attempt++) {
    const cluster = prepareSite(executables, await freePorts(3))
    try {
      return await launch(cluster, options)
    } catch (error) {
      await tearDown(cluster)
      // Between the search for a free port and its use, another process may have taken it.
      if (attempt === 3 || !/address already in use/.test(String(error))) throw error
    }
  }
}

interface RealCluster {
  readonly executables: string
  readonly site: RealSite
  readonly token: string
  readonly watchdog: Watchdog
  readonly running: Map<string, ServerProcess>
}

function prepareSite(executables: string, [apiPort, etcdPort, etcdPeerPort]: readonly number[]): RealCluster {
  const site: RealSite = {
    folder: mkdtempSync(join(tmpdir(), 'kubewright-cluster-')),
    apiPort: apiPort!,
    etcdPort: etcdPort!,
    etcdPeerPort: etcdPeerPort!,
  }
  const files = filesOf(site)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const token = randomBytes(16).toString('hex')
  writeFileSync(files.serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
  writeFileSync(files.serviceAccountPublicKey, publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(files.tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  return { executables, site, token, watchdog: startWatchdog(site.folder), running: new Map() }
}

async function launch(cluster: RealCluster, options: RealServerOptions): Promise<ServerUnderTest> {
  const { site } = cluster
  const { signal } = options
  const etcd = await start(cluster, 'etcd', etcdFlags(site))
  // An API server that starts before etcd listens waits a full second before it tries again.
  await untilReady(etcd, () => probe(`${etcdUrl(site)}/health`), signal)
  const startApiServer = async () => {
    const server = await start(
      cluster,
      'kube-apiserver',
      apiServerFlags(site, { controllers: options.controllers, extra: options.apiServerFlags }),
    )
    await untilReady(server, () => ask(cluster, '/readyz'), signal)
  }
  await startApiServer()
  const connection: ClusterConnection = { server: apiUrl(site), caData: certificateOf(site), token: cluster.token }
  if (options.controllers) {
    writeFileSync(filesOf(site).controllerKubeconfig, kubeconfigFor(connection), { mode: 0o600 })
    const controllers = await start(cluster, 'kube-controller-manager', controllerManagerFlags(site))
    await untilReady(controllers, () => ask(cluster, '/api/v1/namespaces/default/serviceaccounts/default'), signal)
  }
  const halt = () => cluster.running.get('kube-apiserver')!.stop(GRACE)
  return {
    connection,
    halt,
    revive: startApiServer,
    async forgetHistory() {
      await compactEtcd(site)
      // The API server's watch cache has a memory of its own, which ends with the process.
      await halt()
      await startApiServer()
    },
    stop: () => tearDown(cluster),
  }
}

async function start(cluster: RealCluster, name: string, args: readonly string[]): Promise<ServerProcess> {
  const { folder } = cluster.site
  const server = await startServerProcess({
    name,
    executable: join(cluster.executables, name),
    args,
    cwd: folder,
    env: { ...GARBAGE_COLLECTION, ...process.env },
    logFile: join(folder, `${name}.log`),
    watchdog: cluster.watchdog,
  })
  cluster.running.set(name, server)
  return server
}

const certificateOf = (site: RealSite) => readFileSync(filesOf(site).certificate, 'utf8')

/** Reading the certificate fails until the server has made it: not ready, like every other failure to connect. */
const ask = async ({ site, token }: RealCluster, path: string) => probe(`${apiUrl(site)}${path}`, { ca: certificateOf(site), token })

/** Through etcd's HTTP gateway: what the API server itself does every five minutes. */
async function compactEtcd(site: RealSite): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await probe(`${etcdUrl(site)}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (answer.status !== 200) throw new Error(`etcd answered ${answer.status} to ${path}: ${answer.body}`)
    return JSON.parse(answer.body) as { readonly header: { readonly revision: string } }
  }
  const { header } = await post('range', { key: Buffer.from('compact_rev_key').toString('base64') })
  await post('compaction', { revision: header.revision, physical: true })
}

async function tearDown({ site, watchdog, running }: RealCluster): Promise<void> {
  await Promise.all([...running.values()].map((server) => server.stop(0)))
  await watchdog.dismiss()
  rmSync(site.folder, { recursive: true, force: true })
}
