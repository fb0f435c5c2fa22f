import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClientOptions, type ClusterConnection, connectTo, kubeconfigFor } from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'

import type { ServerUnderTest } from './server-under-test.ts'

/** Which API server: this project's own, in the same process, or the real one. */
export type TestServerKind = 'embedded' | 'real'

/** Which API server a test wants. */
export interface TestClusterOptions {
  /** The API server behind it. @default the environment's KUBEWRIGHT_TEST_SERVER, else embedded: one suite runs on both without a word in it. */
  readonly server?: TestServerKind
  /** Real only: also kube-controller-manager, without which no namespace and no dependent ever goes. The embedded server always has its own. @default false: it costs a second */
  readonly controllers?: boolean
  /** More flags for the API server, `--name=value`, each in place of one that it has already. Both kinds run with `--authorization-mode=RBAC`. */
  readonly apiServerFlags?: readonly string[]
  /** Real only: flags for what the embedded server does without, such as `--feature-gates=X=true`. The test asserts what holds for both. @default none */
  readonly realServerFlags?: readonly string[]
  /** Ends the start; a started cluster is ended by its `stop`. */
  readonly signal?: AbortSignal
}

/** An API server of the test's own on a free loopback port. */
export interface TestCluster extends AsyncDisposable {
  readonly kind: TestServerKind
  /** Whether controllers run behind it: garbage collection by owner, namespaces that really go, default ServiceAccounts. */
  readonly controllers: boolean
  /** The administrator's. */
  readonly connection: ClusterConnection
  readonly kubeconfig: string
  /** The same text in a file, for programs. */
  readonly kubeconfigPath: string
  /** A client of the cluster, closed with it. */
  client(options?: ClientOptions): Client
  /** Ends the API server and keeps its data: from now on its port refuses connections. */
  stopServer(): Promise<void>
  /** Starts it again on the same port and data; resolves when it is ready. */
  startServer(): Promise<void>
  /** Makes the server forget its history: resource versions and continue tokens from before answer 410. A real server is started anew for it. */
  forgetHistory(): Promise<void>
  /** Ends everything and removes its files. Idempotent. */
  stop(): Promise<void>
}

/**
 * @throws ConfigurationError when the real server's executables are not there, or KUBEWRIGHT_TEST_SERVER is neither `embedded` nor `real`.
 * @throws Error with the server's last words when it does not get ready.
 */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const kind = options.server ?? serverKindOf(process.env['KUBEWRIGHT_TEST_SERVER'])
  const controllers = kind === 'embedded' || options.controllers === true
  const server = await startServer(kind, controllers, options)
  const { connection } = server
  const kubeconfig = kubeconfigFor(connection)
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-test-'))
  const kubeconfigPath = join(folder, 'kubeconfig')
  writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 })
  const clients: Client[] = []
  let stopped: Promise<void> | undefined

  const stop = () => {
    stopped ??= (async () => {
      await Promise.all(clients.map((client) => client.close()))
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    })()
    return stopped
  }
  return {
    kind,
    controllers,
    connection,
    kubeconfig,
    kubeconfigPath,
    client(clientOptions) {
      const client = connectTo(connection, clientOptions)
      clients.push(client)
      return client
    },
    stopServer: () => server.halt(),
    startServer: () => server.revive(),
    forgetHistory: () => server.forgetHistory(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Which server the environment asks for. @throws ConfigurationError */
export function serverKindOf(text: string | undefined): TestServerKind {
  if (text === undefined || text === '' || text === 'embedded') return 'embedded'
  if (text === 'real') return 'real'
  throw new ConfigurationError(`KUBEWRIGHT_TEST_SERVER is "${text}": set it to "embedded" or "real"`)
}

// Each kind is loaded when it is asked for: a suite on real servers does not need the embedded one to compile, nor the other way round.
async function startServer(kind: TestServerKind, controllers: boolean, options: TestClusterOptions): Promise<ServerUnderTest> {
  if (kind === 'embedded') return (await import('./embedded-server.ts')).startEmbeddedServer(options.apiServerFlags ?? [])
  const { startRealServer } = await import('./real-server.ts')
  const { apiServerFlags = [], realServerFlags = [] } = options
  return startRealServer({ controllers, apiServerFlags: [...apiServerFlags, ...realServerFlags], signal: options.signal })
}
