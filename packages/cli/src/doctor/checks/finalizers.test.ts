import { formatTime } from '@kubewright/core'
import { expect, test } from 'vitest'
import { subject } from '../fake/subject.ts'
import { finalizerFindings } from './finalizers.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const object = (minutes: number | undefined, finalizers: readonly string[] = ['example.dev/shop']) => ({
  metadata: {
    name: 'a',
    namespace: 'ns',
    finalizers: [...finalizers],
    ...(minutes === undefined ? {} : { deletionTimestamp: formatTime(NOW - minutes * 60_000) }),
  },
})
const findings = (...objects: readonly ReturnType<typeof object>[]) => finalizerFindings(subject(), 'shops.example.dev', objects, NOW)

test('an object that has been deleting for long is told, with whom it waits for and how to see why', () => {
  expect(findings(object(12, ['example.dev/shop', 'other.dev/x']))).toEqual([
    {
      level: 'error',
      object: 'shops.example.dev/a -n ns',
      problem: 'it has been deleting for 12m0s, and waits for example.dev/shop, other.dev/x',
      mend: expect.stringMatching(/kubectl describe shops\.example\.dev a -n ns/) as string,
    },
  ])
})

test('what lives, or is deleting since a moment ago, or waits for nobody, is not', () => {
  expect(findings(object(undefined), object(4), object(60, []))).toEqual([])
})
