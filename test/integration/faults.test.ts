// The network and the server fail in every way that the proxy knows while objects come, change and go. What is wanted of each: nothing missed,
// nothing told twice, nothing told out of order, every object reconciled after its last change. The counts are printed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterConnection, ConfigMap, connect } from '@kubewright/client'
import { sleep } from '@kubewright/core'
import { controller, createManager } from '@kubewright/runtime'
import { errorFrame, eventually, type Fault, type FaultProxy, faultProxy } from '@kubewright/testing'
import { describe, expect, test } from 'vitest'
import { capturingLog } from './capturing-log.ts'
import { churn, type Ledger } from './churn.ts'
import { useCluster } from './harness.ts'
import { Witness } from './witness.ts'

const bench = useCluster()

interface Scene {
  readonly proxy: FaultProxy
  readonly ledger: Ledger
  /** Where the program reads its credentials; written anew by rotations. */
  readonly files: { readonly token: string; readonly ca: string }
}

interface Case {
  readonly name: string
  readonly tls?: boolean
  /** Makes trouble while objects change; over when the trouble is. */
  trouble(scene: Scene): Promise<void>
}

const WATCHES = { watch: true, path: 'configmaps' } as const

/** One fault on the next watches, which are opened anew for it. */
const onWatches =
  (fault: Fault, times = 2) =>
  async ({ proxy }: Scene) => {
    const injection = proxy.inject(fault, WATCHES, times)
    proxy.cut(WATCHES)
    await eventually(() => expect(injection.hits).toBe(times), { timeout: 90_000 })
    await sleep(500)
    injection.lift()
  }

const CASES: readonly Case[] = [
  { name: 'connections are reset again and again', trouble: async ({ proxy }) => every(200, 15, () => void proxy.cut()) },
  { name: 'requests are reset before the server sees them', trouble: onWatches({ is: 'reset' }, 4) },
  { name: 'frames are cut in the middle', trouble: onWatches({ is: 'truncate', after: { lines: 3 } }, 6) },
  { name: 'streams end cleanly in the middle of a frame', trouble: onWatches({ is: 'truncate', after: { lines: 2 }, clean: true }, 6) },
  { name: 'rubbish comes between two frames', trouble: onWatches({ is: 'insert', afterLines: 2, line: '{"type":"ADDED","obj' }, 4) },
  {
    name: 'the server reports an internal error in the stream',
    trouble: onWatches({ is: 'insert', afterLines: 1, line: errorFrame(500, 'InternalError', 'etcd') }, 4),
  },
  {
    name: 'the server reports lost history in the stream',
    trouble: onWatches({ is: 'insert', afterLines: 1, line: errorFrame(410, 'Expired', 'too old') }, 2),
  },
  { name: 'the server is too busy, and says for how long', trouble: onWatches({ is: 'status', code: 429, retryAfterSeconds: 1 }, 4) },
  {
    name: 'the server answers 500 and 503',
    trouble: async (scene) => {
      await onWatches({ is: 'status', code: 500 })(scene)
      await onWatches({ is: 'status', code: 503 })(scene)
    },
  },
  {
    name: 'a proxy on the way answers with a page of HTML',
    trouble: onWatches({ is: 'status', code: 502, body: '<html>bad gateway</html>' }, 3),
  },
  {
    name: 'the port refuses for a while',
    trouble: async ({ proxy }) => {
      await proxy.pause()
      await sleep(3_000)
      await proxy.resume()
    },
  },
  { name: 'answers are late', trouble: onWatches({ is: 'latency', ms: 400 }, 2) },
  {
    name: 'the history is lost while nobody watches',
    async trouble({ proxy }) {
      const injection = proxy.inject(errorStatus(410), { ...WATCHES }, 2)
      proxy.cut(WATCHES)
      await eventually(() => expect(injection.hits).toBe(2), { timeout: 30_000 })
      injection.lift()
    },
  },
  {
    name: 'tokens are rotated',
    async trouble({ proxy, files }) {
      for (const token of ['second', 'third']) {
        proxy.admit([token])
        writeFileSync(files.token, token)
        proxy.cut()
        await sleep(1_000)
      }
    },
  },
  {
    name: 'the certificate and its authority are rotated',
    tls: true,
    async trouble({ proxy, files }) {
      proxy.rotate('certificate')
      proxy.cut()
      await sleep(1_000)
      writeFileSync(files.ca, proxy.rotate('authority'))
      proxy.cut()
      await sleep(1_000)
    },
  },
  {
    name: 'a peer vanishes behind a live load balancer before the watch is answered',
    async trouble({ proxy }) {
      const injection = proxy.inject({ is: 'blackhole' }, WATCHES, 2)
      proxy.cut(WATCHES)
      await eventually(() => expect(injection.hits).toBe(2), { timeout: 30_000 })
      const before = proxy.count(WATCHES)
      await eventually(() => expect(proxy.count(WATCHES)).toBeGreaterThanOrEqual(before + 2), { timeout: 90_000, interval: 500 })
    },
  },
  {
    // The one case that takes its time: such a peer sends no error, ever, and 70 s of silence are the proof of it.
    name: 'a peer vanishes in the middle of a watch',
    async trouble({ proxy }) {
      const injection = proxy.inject({ is: 'stall', after: { lines: 1 } }, WATCHES, 2)
      proxy.cut(WATCHES)
      await eventually(() => expect(injection.hits).toBe(2), { timeout: 30_000 })
      const before = proxy.count(WATCHES)
      await eventually(() => expect(proxy.count(WATCHES)).toBeGreaterThanOrEqual(before + 2), { timeout: 120_000, interval: 500 })
    },
  },
]

const errorStatus = (code: number): Fault => ({ is: 'status', code })

describe.concurrent('nothing is missed, doubled or out of order when', () => {
  test.for(CASES)('$name', { timeout: 240_000 }, async ({ name, tls = false, trouble }, { expect }) => {
    const namespace = await bench.namespace()
    await using stage = await setUp(namespace, bench.cluster.connection, tls)
    const { proxy, witness, files } = stage
    const ledger = await churn(await bench.configMaps(), namespace)
    await sleep(300)
    await trouble({ proxy, ledger, files })
    await sleep(300)
    await ledger.stop()
    await eventually(() => expect(witness.unsettled(ledger)).toEqual([]), { timeout: 60_000, interval: 100 })
    const report = witness.report(ledger)
    console.log(`${bench.cluster.kind}: ${name}: ${report.text}`)
    expect(report).toMatchObject({ missed: 0, doubled: 0, disordered: 0, stale: 0 })
  })
})

/** A program between the proxy and its handlers: an informer, and a controller. */
async function setUp(namespace: string, target: ClusterConnection, tls: boolean) {
  const proxy = await faultProxy(target, { tls })
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-faults-'))
  const files = { token: join(folder, 'token'), ca: join(folder, 'ca.crt'), kubeconfig: join(folder, 'kubeconfig') }
  proxy.admit(['first'])
  writeFileSync(files.token, 'first')
  writeFileSync(files.ca, proxy.connection.caData ?? '')
  const cluster = { server: proxy.url, ...(tls ? { 'certificate-authority': files.ca } : {}) }
  writeFileSync(files.kubeconfig, kubeconfigOf(cluster, files.token))
  const client = await connect({ kubeconfig: files.kubeconfig })
  const { log } = capturingLog()
  const manager = createManager({ client, log })
  const witness = new Witness()
  manager.add({
    name: 'witness',
    needsLeaderElection: false,
    async run(signal) {
      const lease = await manager.cache.informer(ConfigMap, { namespace, labelSelector: 'churn' })
      lease.informer.subscribe(witness.handler)
      witness.informer = lease.informer
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await lease.release()
    },
  })
  manager.add(
    controller(ConfigMap, {
      name: 'churned',
      namespaces: [namespace],
      predicates: [],
      reconcile: ({ object }) => witness.reconciled(object),
      onDeleted: ({ name }) => witness.goneIn(name),
    }),
  )
  const stop = new AbortController()
  const ended = manager.run(stop.signal)
  await eventually(() => expect(witness.informer?.synced).toBe(true), { timeout: 30_000 })
  return {
    proxy,
    witness,
    files,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
      await client.close()
      await proxy.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function kubeconfigOf(cluster: object, tokenFile: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster }],
    users: [{ name: 'program', user: { tokenFile } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'program' } }],
    'current-context': 'proxy',
  })
}

async function every(ms: number, times: number, what: () => void): Promise<void> {
  for (let i = 0; i < times; i++) {
    what()
    await sleep(ms)
  }
}
