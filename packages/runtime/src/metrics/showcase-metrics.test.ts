import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Counter, Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { startProgram, Website, website } from '../fake/program.ts'
import { aliasMetrics } from './aliases.ts'
import { showcaseMetrics } from './showcase-metrics.ts'

const linesOf = async (registry: Registry, name: string) =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'))

describe('the showcase’s metrics', () => {
  test('9: are fed, under their names and with their labels', async () => {
    let tries = 0
    const { manager, server, clock, stop } = await startProgram(
      [
        controller(Website, {
          name: 'websites',
          reconcile({ object, recorder }) {
            recorder.event(object, { type: 'Warning', reason: 'Tried', note: 'once' })
            if (tries++ === 0) throw new Error('not yet')
            return { requeueAfter: '1h' }
          },
        }),
      ],
      { clock: virtualClock(), leaderElection: { leaseName: 'op' } },
    )
    showcaseMetrics(manager.metrics)
    server.put(Website, website('a'))
    await clock.advance(5_000)
    const lines = async (name: string) => await linesOf(manager.metrics, name)
    expect(await lines('controller_reconcile_total')).toEqual([
      'controller_reconcile_total{controller="websites",result="success"} 1',
      'controller_reconcile_total{controller="websites",result="error"} 1',
    ])
    expect(await lines('controller_reconcile_errors_total')).toEqual(['controller_reconcile_errors_total{controller="websites"} 1'])
    expect(await lines('controller_reconcile_duration_seconds_count')).toEqual([
      'controller_reconcile_duration_seconds_count{controller="websites"} 2',
    ])
    expect(await lines('controller_reconcile_duration_seconds_bucket{le="60"')).toEqual([
      'controller_reconcile_duration_seconds_bucket{le="60",controller="websites"} 2',
    ])
    expect(await lines('event_total')).toEqual([
      'event_total{type="Normal",severity="Info"} 0',
      'event_total{type="Warning",severity="Warning"} 2',
    ])
    expect(await lines('leader_election_status')).toEqual(['leader_election_status 1'])
    expect(await lines('leader_transitions_total'), '8: its own election counts').toEqual(['leader_transitions_total 1'])
    expect(await lines('webhook_duration_seconds'), 'there are no webhooks').toEqual([])
    await stop()
  })

  test('9: a label’s value cannot break out of its line', async () => {
    const registry = new Registry()
    new Counter({ name: 'from', help: 'x', labelNames: ['a'], registers: [registry] }).inc({ a: 'one"} 7\ntwo\\' })
    aliasMetrics(registry, [{ name: 'to', of: 'from' }])
    expect(await linesOf(registry, 'to')).toEqual(['to{a="one\\"} 7\\ntwo\\\\"} 1'])
  })

  test('a name that is taken is refused', () => {
    const registry = new Registry()
    new Counter({ name: 'event_total', help: 'x', registers: [registry] })
    expect(() => showcaseMetrics(registry)).toThrow('there is a metric "event_total" already')
  })

  test('a series that is left out does not count, and those with the same labels are added up', async () => {
    const registry = new Registry()
    const from = new Counter({ name: 'from', help: 'x', labelNames: ['a'], registers: [registry] })
    for (const a of ['1', '2', 'no']) from.inc({ a }, 2)
    aliasMetrics(registry, [{ name: 'to', of: 'from', labels: ({ a }) => (a === 'no' ? undefined : {}) }])
    expect(await linesOf(registry, 'to')).toEqual(['to 4'])
    registry.resetMetrics()
    expect(await linesOf(registry, 'to')).toEqual([])
  })
})
