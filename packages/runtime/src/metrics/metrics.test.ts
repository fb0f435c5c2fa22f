import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { startProgram, Website, website } from '../fake/program.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import { restClientMetrics } from './client-metrics.ts'
import { processMetrics } from './process-metrics.ts'
import { QueueMetrics } from './queue-metrics.ts'
import { type ClusterInformer, WatchMetrics } from './watch-metrics.ts'

const families = async (registry: Registry) =>
  (await registry.metrics()).split('\n').flatMap((line) => {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    return name === undefined ? [] : [`${name} ${type}`]
  })

describe('the metrics', () => {
  test('P13: have exactly the names that dashboards for controller-runtime know, those of the queue and of the lease among them', async () => {
    const { manager, stop } = await startProgram([controller(Website, { reconcile: () => {} })], {
      clock: virtualClock(),
      leaderElection: { leaseName: 'op' },
    })
    restClientMetrics(manager.metrics, { detail: true })
    processMetrics(manager.metrics)
    expect(await families(manager.metrics)).toEqual(
      expect.arrayContaining([
        'controller_runtime_reconcile_total counter',
        'controller_runtime_reconcile_errors_total counter',
        'controller_runtime_terminal_reconcile_errors_total counter',
        'controller_runtime_reconcile_panics_total counter',
        'controller_runtime_reconcile_timeouts_total counter',
        'controller_runtime_reconcile_time_seconds histogram',
        'controller_runtime_max_concurrent_reconciles gauge',
        'controller_runtime_active_workers gauge',
        'workqueue_depth gauge',
        'workqueue_adds_total counter',
        'workqueue_queue_duration_seconds histogram',
        'workqueue_work_duration_seconds histogram',
        'workqueue_unfinished_work_seconds gauge',
        'workqueue_longest_running_processor_seconds gauge',
        'workqueue_retries_total counter',
        'rest_client_requests_total counter',
        'rest_client_request_duration_seconds histogram',
        'rest_client_dns_resolution_duration_seconds histogram',
        'rest_client_request_size_bytes histogram',
        'rest_client_response_size_bytes histogram',
        'rest_client_rate_limiter_duration_seconds histogram',
        'rest_client_request_retries_total counter',
        'certwatcher_read_certificate_total counter',
        'certwatcher_read_certificate_errors_total counter',
        'process_cpu_seconds_total counter',
        'nodejs_eventloop_lag_p99_seconds gauge',
        'leader_election_master_status gauge',
        'leader_election_slowpath_total counter',
        'kubewright_watch_silence_seconds gauge',
        'kubewright_watch_incidents_total counter',
        'kubewright_watch_failures_total counter',
        'kubewright_cache_objects gauge',
        'kubewright_cache_bytes gauge',
        'kubewright_events_dropped_total counter',
      ]),
    )
    await stop()
  })

  test('of a controller are all there from the start, at zero', async () => {
    const { manager, stop } = await startProgram([controller(Website, { reconcile: () => {}, workers: 3 })], { clock: virtualClock() })
    const text = await manager.metrics.metrics()
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(text).toContain(`controller_runtime_reconcile_total{controller="website",result="${result}"} 0`)
    }
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="website"} 3')
    expect(text).toContain('workqueue_depth{name="website",controller="website",priority="0"} 0')
    expect(text.match(/controller_runtime_reconcile_time_seconds_bucket/g)).toHaveLength(41)
    await stop()
  })

  test('tell how long a watch has been silent, so that a dead one is seen', async () => {
    const { manager, clock, stop } = await startProgram([controller(Website, { reconcile: () => {} })], {
      clock: virtualClock(),
      prepare: (server) => void server.put(Website, website('a')),
    })
    await clock.advance(42_000)
    expect(await manager.metrics.metrics()).toContain('kubewright_watch_silence_seconds{kind="Website.example.dev/v1"} 42')
    expect(await manager.metrics.metrics()).toContain('kubewright_cache_objects{kind="Website.example.dev/v1"} 1')
    await stop()
  })
})

test('the depth of a queue is told by priority, for twenty-five of them, and then for all others together', async () => {
  const registry = new Registry()
  const metrics = new QueueMetrics(registry)
  const queue = new WorkQueue({ clock: virtualClock(), observer: metrics.observer('q') })
  metrics.track('q', queue)
  for (let i = 0; i < 30; i++) queue.add(`key-${i}`, { priority: i })
  const text = await registry.metrics()
  expect(text).toContain('workqueue_depth{name="q",controller="q",priority="7"} 1')
  expect(text).toContain('workqueue_depth{name="q",controller="q",priority="exceeded_cardinality_limit"} 5')
  expect(text).toContain('workqueue_adds_total{name="q",controller="q"} 30')
})

test('the series of a kind go when nobody watches it any more, and those of another cluster with the cluster', async () => {
  const registry = new Registry()
  const watched = (kind: string, cluster = '') =>
    ({
      kind,
      cluster,
      informer: { size: 3, synced: true, liveness: { bytes: 10, lastByteAt: 0, failure: undefined } },
    }) as unknown as ClusterInformer
  let informers = [watched('A'), watched('B'), watched('A', 'east')]
  const metrics = new WatchMetrics(registry, virtualClock(), () => informers)
  for (const { kind, cluster = '' } of informers) metrics.ofCluster(cluster).happened(kind, 'relist')
  const series = async () => (await registry.metrics()).split('\n').filter((line) => /^kubewright_(watch_incidents|cache_bytes)/.test(line))
  expect(await series()).toEqual([
    'kubewright_watch_incidents_total{kind="A",incident="relist"} 1',
    'kubewright_watch_incidents_total{kind="B",incident="relist"} 1',
    'kubewright_watch_incidents_total{kind="A",incident="relist",cluster="east"} 1',
    'kubewright_cache_bytes{kind="A"} 10',
    'kubewright_cache_bytes{kind="B"} 10',
    'kubewright_cache_bytes{kind="A",cluster="east"} 10',
  ])
  informers = [watched('A')]
  metrics.forget('east')
  expect(await series()).toEqual(['kubewright_watch_incidents_total{kind="A",incident="relist"} 1', 'kubewright_cache_bytes{kind="A"} 10'])
})
