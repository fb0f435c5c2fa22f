import { Registry } from 'kubewright'
import { expect, test } from 'vitest'
import { sample } from '../fake/application.ts'
import { Application } from '../kind/application.ts'
import type { Phase } from '../kind/status.ts'
import { type Counted, countApplications, rollbackCounter } from './census.ts'

const shown = (namespace: string, name: string, phase?: Phase): Application => {
  const application = sample()
  return { ...application, metadata: { ...application.metadata, namespace, name }, ...(phase !== undefined && { status: { phase } }) }
}

function counting(over: { readonly shards?: Pick<NonNullable<Counted['shards']>, 'owns'>; readonly isLeader?: () => boolean } = {}) {
  const metrics = new Registry()
  const applications: Application[] = []
  const informers = [{ informer: { type: Application, list: () => applications } }]
  const cache = { informers: () => informers }
  countApplications({ metrics, cache, shards: undefined, isLeader: () => true, ...over } as unknown as Counted)
  const lines = async () => (await metrics.metrics()).split('\n').filter((line) => /^resource_\w+\{.* [1-9]/.test(line))
  return { applications, lines, metrics, unwatch: () => informers.splice(0) }
}

test('the showcase’s gauges count applications by namespace and by phase, and forget what is gone', async () => {
  const { applications, lines, metrics } = counting()
  applications.push(shown('a', 'x', 'Running'), shown('a', 'y'), shown('b', 'x', 'Failed'))
  expect(await lines()).toEqual([
    'resource_count{kind="Application",namespace="a"} 2',
    'resource_count{kind="Application",namespace="b"} 1',
    'resource_phase_count{kind="Application",phase="Pending"} 1',
    'resource_phase_count{kind="Application",phase="Running"} 1',
    'resource_phase_count{kind="Application",phase="Failed"} 1',
  ])
  applications.pop()
  expect(await lines()).not.toContain('resource_count{kind="Application",namespace="b"} 1')
  expect(await metrics.metrics()).toContain('resource_phase_count{kind="Application",phase="Failed"} 0')
})

test('an application that moves to another replica is not counted by this one any more', async () => {
  const own = new Set(['x', 'y'])
  const { applications, lines } = counting({ shards: { owns: ({ name }) => own.has(name) } })
  applications.push(shown('a', 'x', 'Running'), shown('a', 'y', 'Running'), shown('a', 'z', 'Running'))
  expect(await lines()).toContain('resource_count{kind="Application",namespace="a"} 2')
  own.delete('y')
  expect(await lines()).toContain('resource_count{kind="Application",namespace="a"} 1')
})

test('who only stands by counts nothing, and neither does who watches nothing yet', async () => {
  const standby = counting({ isLeader: () => false })
  standby.applications.push(shown('a', 'x'))
  expect(await standby.lines()).toEqual([])
  const starting = counting()
  starting.unwatch()
  expect(await starting.lines()).toEqual([])
})

test('rollbacks are counted by namespace', async () => {
  const registry = new Registry()
  rollbackCounter(registry).inc({ namespace: 'b' })
  expect(await registry.metrics()).toContain('application_rollbacks_total{namespace="b"} 1')
})
