import { expect, test } from 'vitest'
import { NO_FACTS } from '../facts/facts.ts'
import { compileState, type State } from './states.ts'

const kinds = {
  Pod: { group: '', version: 'v1', kind: 'Pod' },
  Job: { group: 'batch', version: 'v1', kind: 'Job' },
  ReplicaSet: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
  PersistentVolume: { group: '', version: 'v1', kind: 'PersistentVolume' },
  Secret: { group: '', version: 'v1', kind: 'Secret' },
  Run: { group: 'tekton.dev', version: 'v1', kind: 'PipelineRun' },
}
const condition = (type: string, status = 'True') => ({ status: { conditions: [{ type, status }] } })

// Z11: four of zen-gc's nine examples asked for a phase that their kind does not have.
test.each<[State, keyof typeof kinds, string, object, boolean]>([
  ['Succeeded', 'Job', 'a Job that is complete', condition('Complete'), true],
  ['Succeeded', 'Job', 'a Job that failed', condition('Failed'), false],
  ['Succeeded', 'Job', 'a Job under way', {}, false],
  ['Failed', 'Job', 'a Job that failed', condition('Failed'), true],
  ['Finished', 'Job', 'a Job that failed', condition('Failed'), true],
  ['Finished', 'Job', 'a Job whose condition is no more', condition('Complete', 'False'), false],
  ['Succeeded', 'Pod', 'a Pod', { status: { phase: 'Succeeded' } }, true],
  ['Failed', 'Pod', 'a Pod', { status: { phase: 'Failed' } }, true],
  ['Finished', 'Pod', 'a Pod that runs', { status: { phase: 'Running' } }, false],
  ['Failed', 'Run', 'a run of Tekton', condition('Succeeded', 'False'), true],
  ['Finished', 'Run', 'a run of Tekton under way', condition('Succeeded', 'Unknown'), false],
  ['Evicted', 'Pod', 'an evicted Pod', { status: { phase: 'Failed', reason: 'Evicted' } }, true],
  ['Evicted', 'Pod', 'a Pod that failed otherwise', { status: { phase: 'Failed', reason: 'Error' } }, false],
  ['ScaledToZero', 'ReplicaSet', 'none wanted and none there', { spec: { replicas: 0 }, status: { replicas: 0 } }, true],
  ['ScaledToZero', 'ReplicaSet', 'none wanted, and some still there', { spec: { replicas: 0 }, status: { replicas: 2 } }, false],
  ['ScaledToZero', 'ReplicaSet', 'one wanted', { spec: { replicas: 1 } }, false],
  ['ScaledToZero', 'ReplicaSet', 'nothing said, which means one', { spec: {} }, false],
  ['Released', 'PersistentVolume', 'a volume', { status: { phase: 'Released' } }, true],
  ['Released', 'PersistentVolume', 'a volume that is bound', { status: { phase: 'Bound' } }, false],
  ['Superseded', 'Secret', 'a release', { metadata: { labels: { owner: 'helm', status: 'superseded' } } }, true],
  ['Superseded', 'Secret', 'the release that is deployed', { metadata: { labels: { owner: 'helm', status: 'deployed' } } }, false],
  ['Superseded', 'Secret', 'another Secret', { metadata: { labels: { status: 'superseded' } } }, false],
  ['Orphaned', 'Pod', 'without an owner', {}, true],
  ['Orphaned', 'Pod', 'with one', { metadata: { ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: '1' }] } }, false],
])('%s %s: %s', (state, kind, _, fields, holds) => {
  const object = { metadata: { name: 'x' }, ...fields }
  const holding = compileState(state, kinds[kind])(object, { now: 0, facts: NO_FACTS })
  expect(holding.is === 'known' && holding.spans.length > 0).toBe(holds)
})

// Z11: its example for claims asked for the phase Released, which only volumes have.
test.each<[State, keyof typeof kinds]>([
  ['Released', 'Secret'],
  ['Evicted', 'Job'],
  ['Superseded', 'Pod'],
  ['Unused', 'Pod'],
])('Z11: %s is no state of a %s, and a policy that says so is refused', (state, kind) => {
  expect(() => compileState(state, kinds[kind])).toThrow(`${state} is a state of`)
})
