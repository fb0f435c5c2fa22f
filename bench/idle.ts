// What the whole program asks of an API server when nothing happens: every request of one minute, counted at a proxy in between.

import { GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { connectTo, createLogger, createManager, sleep } from 'kubewright'
import { faultProxy, startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'

const SETTLE_MS = 15_000
const MINUTE_MS = 60_000

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  const admin = cluster.client()
  for (const kind of gc.kinds) await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
  const policies = await admin.resource(GarbageCollectionPolicy)
  for (let index = 0; index < 10; index++) {
    await policies.create({
      metadata: { namespace: 'default', name: `idle-${index}` },
      spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 86_400 + index } },
    } as never)
  }
  await using proxy = await faultProxy(cluster.connection)
  const stop = new AbortController()
  const client = connectTo(proxy.connection)
  const manager = createManager({
    client,
    log: createLogger({ level: 'warn', format: 'text' }),
    metricsBindAddress: '0',
    healthProbeBindAddress: '0',
    leaderElection: false,
  })
  gc.setup(manager, gc.config.parse({}))
  const running = manager.run(stop.signal)
  await sleep(SETTLE_MS)
  proxy.forget()
  const cpuBefore = process.cpuUsage()
  await sleep(MINUTE_MS)
  const { user, system } = process.cpuUsage(cpuBefore)
  const requests = proxy.requests.map(({ method, path, watch }) => ({ method, path, watch }))
  stop.abort()
  await running
  await client.close()
  const writes = requests.filter(({ method }) => method !== 'GET').length
  return {
    title: 'idle: one quiet minute of gc with ten policies (the CPU is that of program, proxy and server together)',
    columns: ['writes', 'watches opened', 'other reads', 'CPU ms'],
    rows: [
      [
        writes,
        requests.filter(({ watch }) => watch).length,
        requests.filter(({ method, watch }) => method === 'GET' && !watch).length,
        Math.round((user + system) / 1000),
      ].map(String),
    ],
    raw: { requests },
  }
}
