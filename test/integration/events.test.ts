// Events that a real server has rules for: what it refuses would be lost without a word to anybody.
import { EventsV1Event } from '@kubewright/client'
import { createManager, silentLogger } from '@kubewright/runtime'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'

const bench = useCluster()

test('events about any object, of any component, with texts of any length, are taken by the server, and repetitions become a series', async () => {
  const namespace = await bench.namespace()
  const manager = createManager({ client: bench.client, log: silentLogger })
  const stop = new AbortController()
  const running = manager.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
  })
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:Odd_Name' } }
  const odd = manager.recorder('my websites!')
  odd.event(role, { reason: 'R'.repeat(200), action: 'ä'.repeat(100), note: 'ö'.repeat(2000), type: 'Warning' })
  for (let i = 0; i < 3; i++) manager.recorder('website').event(configMap(namespace, 'a'), { reason: 'Seen', note: `time ${i}` })
  const events = await bench.client.resource(EventsV1Event)
  await eventually(async () => {
    const cluster = (await events.list({ namespace: 'default' })).items.filter(({ regarding }) => regarding?.name === 'system:Odd_Name')
    expect(cluster).toMatchObject([{ reportingController: 'my-websites', type: 'Warning' }])
    expect((await events.list({ namespace })).items).toMatchObject([{ reason: 'Seen', note: 'time 0', series: { count: 2 } }])
  })
})
