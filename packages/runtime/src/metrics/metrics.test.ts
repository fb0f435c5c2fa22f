import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { startProgram, Website, website } from '../fake/program.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import { restClientMetrics } from './client-metrics.ts'
import { QueueMetrics } from './queue-metrics.ts'

const families = async (registry: Registry) =>
  (await registry.metrics()).split('\n').flatMap((line) => {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    return name === undefined ? [] : [`${name} ${type}`]
  })

describe('the metrics', () => {
  test('have exactly the names that dashboards for controller-runtime know', async () => {
    const { manager, stop } = await startProgram([controller(Website, { reconcile: () => {} })], {
      clock: virtualClock(),
      leaderElection: { leaseName: 'op' },
    })
    restClientMetrics(manager.metrics)
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
        'leader_election_master_status gauge',
        'leader_election_slowpath_total counter',
        'kubewright_watch_silence_seconds gauge',
        'kubewright_watch_incidents_total counter',
        'kubewright_cache_objects gauge',
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

test('requests are counted by code, method and host; the life time of a watch is no latency', async () => {
  const registry = new Registry()
  const observe = restClientMetrics(registry)
  observe({ method: 'GET', host: 'api:6443', code: '200', seconds: 0.02, verb: 'list' })
  observe({ method: 'GET', host: 'api:6443', code: '200', seconds: 300, verb: 'watch' })
  observe({ method: 'POST', host: 'api:6443', code: '<error>', seconds: 1, verb: 'create' })
  const text = await registry.metrics()
  expect(text).toContain('rest_client_requests_total{code="200",method="GET",host="api:6443"} 2')
  expect(text).toContain('rest_client_requests_total{code="<error>",method="POST",host="api:6443"} 1')
  expect(text).toContain('rest_client_request_duration_seconds_count{verb="list",host="api:6443"} 1')
  expect(text).not.toContain('verb="watch"')
})
