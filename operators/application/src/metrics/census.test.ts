import { Registry } from 'kubewright'
import { expect, test } from 'vitest'
import { Census } from './census.ts'

test('the showcase’s gauges count applications by namespace and by phase, and forget what is gone', async () => {
  const registry = new Registry()
  const census = new Census(registry)
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => /^(resource|application)_\w+\{.* [1-9]/.test(line))
  census.saw({ namespace: 'a', name: 'x' }, 'Pending')
  census.saw({ namespace: 'a', name: 'x' }, 'Running')
  census.saw({ namespace: 'a', name: 'y' }, 'Running')
  census.saw({ namespace: 'b', name: 'x' }, 'Failed')
  census.rolledBack('b')
  expect(await lines()).toEqual([
    'resource_count{kind="Application",namespace="a"} 2',
    'resource_count{kind="Application",namespace="b"} 1',
    'resource_phase_count{kind="Application",phase="Running"} 2',
    'resource_phase_count{kind="Application",phase="Failed"} 1',
    'application_rollbacks_total{namespace="b"} 1',
  ])
  census.forget({ namespace: 'b', name: 'x' })
  expect(await lines()).not.toContain('resource_count{kind="Application",namespace="b"} 1')
  expect(await registry.metrics()).toContain('resource_phase_count{kind="Application",phase="Failed"} 0')
})
