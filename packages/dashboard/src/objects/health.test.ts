import type { KubeObject } from '@kubewright/core'
import { expect, test } from 'vitest'
import { healthOf } from './health.ts'

const condition = (type: string, status: string, reason = 'Why', more: object = {}) => ({ type, status, reason, message: '', ...more })
const object = (conditions: readonly object[], metadata: KubeObject['metadata'] = {}, status: object = {}) =>
  ({ metadata, status: { ...status, conditions } }) as KubeObject

test.each<[string, KubeObject, string, string]>([
  ['ready', object([condition('Ready', 'True', 'AsWanted')]), 'ok', 'AsWanted'],
  [
    'ready before anything else that is True',
    object([condition('Available', 'True'), condition('Ready', 'False', 'Broken')]),
    'failing',
    'Broken',
  ],
  ['not ready, and no reason given', object([{ type: 'Ready', status: 'False' }]), 'failing', 'NotReady'],
  ['not ready yet, by its reason', object([condition('Ready', 'False', 'WaitingForVault')]), 'progressing', 'WaitingForVault'],
  [
    'not ready yet, by another condition',
    object([condition('Ready', 'False', 'Broken'), condition('Progressing', 'True')]),
    'progressing',
    'Broken',
  ],
  ['unknown is not broken', object([condition('Ready', 'Unknown', 'NoWord')]), 'progressing', 'NoWord'],
  [
    'ready, and degraded all the same',
    object([condition('Ready', 'True'), condition('Degraded', 'True', 'OneOfThree')]),
    'failing',
    'OneOfThree',
  ],
  [
    'ready as of an older spec',
    object([condition('Ready', 'True', 'AsWanted', { observedGeneration: 1 })], { generation: 2 }),
    'progressing',
    'NotObservedYet',
  ],
  ['told to go', object([condition('Ready', 'True')], { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'deleting', 'Deleting'],
  ['paused', object([condition('Ready', 'False')], { annotations: { 'kubewright.dev/paused': 'true' } }), 'paused', 'Paused'],
  ['mistyped, it is not paused', object([condition('Ready', 'True', 'A')], { annotations: { 'kubewright.dev/paused': 'yes' } }), 'ok', 'A'],
  ['a phase alone', object([], {}, { phase: 'Bound' }), 'none', 'Bound'],
  ['nothing at all', { metadata: {} }, 'none', ''],
  ['conditions that are none', object(['x' as unknown as object, { type: 1 }]), 'none', ''],
])('%s', (_, thing, health, reason) => {
  expect(healthOf(thing)).toEqual({ health, reason })
})
