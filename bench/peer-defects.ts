// Known defects of @kubernetes/client-node, shown on its own package: the same fault, the same server, and what became of the informer. The other
// half (ours does not have them) is in the tests that docs/defects.md names.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigMap } from '@kubewright/client'
import { errorFrame, eventually, type FaultProxy, faultProxy, startTestCluster, type TestCluster } from '@kubewright/testing'
import type { Measurement } from './main.ts'
import { clientNode } from './peers/client-node.ts'

const LISTS = { path: 'configmaps', watch: false } as const
const WATCHES = { path: 'configmaps', watch: true } as const

interface Scene {
  readonly cluster: TestCluster
  readonly proxy: FaultProxy
  /** Starts the informer; what it said so far. */
  start(...args: readonly string[]): Informer
  write(name: string, n: string): Promise<void>
}

interface Informer {
  readonly said: readonly string[]
  readonly exited: Promise<number | null>
}

interface Defect {
  readonly code: string
  readonly what: string
  /** In words what was seen of it. */
  show(scene: Scene): Promise<string>
}

/** How long the informer has to do something about it. Its own delays begin at one second. */
const PATIENCE = 8_000

const watching = (proxy: FaultProxy) =>
  eventually(() => {
    if (proxy.open(WATCHES) === 0) throw new Error('no watch is open')
  })

async function requestsAfter(proxy: FaultProxy, struck: () => boolean): Promise<string> {
  await eventually(() => {
    if (!struck()) throw new Error('the fault has not struck yet')
  })
  await pause(200)
  const before = proxy.count({ path: 'configmaps' })
  await pause(PATIENCE)
  return `${proxy.count({ path: 'configmaps' }) - before} requests in the ${PATIENCE / 1000} s after it`
}

const afterStatus =
  (code: number, on: typeof LISTS | typeof WATCHES) =>
  async ({ proxy, start }: Scene) => {
    const injection = proxy.inject({ is: 'status', code }, on, 1)
    start()
    return requestsAfter(proxy, () => injection.hits === 1)
  }

const DEFECTS: readonly Defect[] = [
  { code: 'C4', what: 'the watch is answered 429 once', show: afterStatus(429, WATCHES) },
  { code: 'C4', what: 'the watch is answered 500 once', show: afterStatus(500, WATCHES) },
  { code: 'C4', what: 'the list is answered 500 once', show: afterStatus(500, LISTS) },
  {
    code: 'C4',
    what: 'the connection of the watch is reset once',
    async show({ proxy, start }) {
      start()
      await watching(proxy)
      proxy.cut(WATCHES)
      return requestsAfter(proxy, () => true)
    },
  },
  {
    code: 'C6',
    what: 'bookmarks are asked for',
    async show({ proxy, start }) {
      start()
      await watching(proxy)
      const asked = proxy.requests.find(({ watch }) => watch)?.query.get('allowWatchBookmarks')
      return `allowWatchBookmarks=${asked ?? 'not sent'}`
    },
  },
  {
    code: 'C7',
    what: 'the line that tells of object "a" is damaged, the next one is whole',
    async show({ proxy, start, write }) {
      proxy.inject({ is: 'insert', afterLines: 0, line: '{"type":"ADDED","obj', instead: true }, WATCHES, 1)
      const { said } = start()
      await watching(proxy)
      await write('a', '1')
      await write('b', '1')
      await pause(PATIENCE)
      return `told of: ${
        said
          .filter((line) => line.startsWith('add'))
          .map((line) => line.split(' ')[1])
          .join(', ') || 'nothing'
      }`
    },
  },
  {
    code: 'C8',
    what: 'the stream reports an internal error (ERROR event, 500)',
    async show({ proxy, start, write }) {
      const injection = proxy.inject({ is: 'insert', afterLines: 0, line: errorFrame(500, 'InternalError', 'etcd') }, WATCHES, 1)
      const { said } = start()
      await watching(proxy)
      const requests = await requestsAfter(proxy, () => injection.hits === 1)
      await write('after', '1')
      await pause(1_000)
      return `${requests}; the user heard ${said.includes('error') ? 'of an error' : 'of no error'}`
    },
  },
  {
    code: 'C9',
    what: 'a handler throws',
    async show({ start, write }) {
      await write('a', '1')
      const { exited } = start('throw')
      const code = await Promise.race([exited, pause(PATIENCE, 'alive' as const)])
      return code === 'alive' ? 'the process lives on' : `the process ended with code ${code}`
    },
  },
  {
    code: 'C14',
    what: '100 GETs over TLS, one after the other',
    async show({ cluster }) {
      const proxy = await faultProxy(cluster.connection, { tls: true })
      const folder = mkdtempSync(join(tmpdir(), 'kubewright-peer-'))
      const ca = join(folder, 'ca.crt')
      writeFileSync(ca, proxy.connection.caData ?? '')
      const child = spawn(process.execPath, [join(clientNode(), 'requests.mjs'), proxy.url, ca, '100'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await new Promise((resolve) => child.once('exit', resolve))
      const { connections } = proxy
      await proxy.stop()
      rmSync(folder, { recursive: true })
      return `${connections} connections`
    },
  },
]

export async function measure(): Promise<Measurement> {
  const rows: string[][] = []
  for (const { code, what, show } of DEFECTS) {
    await using cluster = await startTestCluster({ server: 'embedded' })
    await using proxy = await faultProxy(cluster.connection)
    const children: { kill(): void }[] = []
    const configMaps = await cluster.client().resource(ConfigMap)
    const start = (...args: readonly string[]): Informer => {
      const child = spawn(process.execPath, [join(clientNode(), 'informer.mjs'), proxy.url, ...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      children.push(child)
      const said: string[] = []
      child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.split('\n').filter(Boolean)))
      return { said, exited: new Promise((resolve) => child.once('exit', resolve)) }
    }
    const write = async (name: string, n: string) =>
      void (await configMaps.create({ metadata: { namespace: 'default', name }, data: { n } }))
    rows.push([code, what, await show({ cluster, proxy, start, write })])
    for (const child of children) child.kill()
  }
  return {
    title: 'Known defects, shown on @kubernetes/client-node 2.0.1',
    columns: ['code', 'what happens', 'what its informer does'],
    rows,
    raw: rows,
  }
}
