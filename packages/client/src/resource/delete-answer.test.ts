import type { KubeObject, ObjectMeta } from '@kubewright/core'
import { expect, test } from 'vitest'
import { readDeleteAnswer } from './delete-answer.ts'

const object = (metadata: ObjectMeta): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata })
const deletionTimestamp = '2026-01-01T00:00:00Z'

test.each<[string, ObjectMeta, boolean]>([
  ['an object that waits for finalizers is not gone', { finalizers: ['x'], deletionTimestamp, deletionGracePeriodSeconds: 0 }, false],
  ['one with finalizers and no deletionTimestamp yet neither', { finalizers: ['x'] }, false],
  ['a Pod in its grace period is not gone', { deletionTimestamp, deletionGracePeriodSeconds: 30 }, false],
  ['a Pod with a grace period of zero is gone', { deletionTimestamp, deletionGracePeriodSeconds: 0 }, true],
  ['a Namespace, which has no grace period, is not gone', { deletionTimestamp }, false],
  ['a Service as it was before its deletion is gone', {}, true],
])('%s', (_name, metadata, gone) => {
  expect(readDeleteAnswer(object(metadata))).toEqual({ gone, object: object(metadata) })
})

test('a Status is gone, and comes along', () => {
  const status = { kind: 'Status', status: 'Success', details: { uid: 'u' } } as const
  expect(readDeleteAnswer(status)).toEqual({ gone: true, status })
})
