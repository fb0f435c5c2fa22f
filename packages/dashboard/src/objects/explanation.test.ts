import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import type { TimelineEntry } from '../model/object-page.ts'
import { type Circumstances, explain, explainGone } from './explanation.ts'

const QUIET: Circumstances = {
  ...{ entries: [], children: [], isReconciled: true, leads: true, leader: 'me', unreachable: undefined, now: 100_000 },
  hide: (text) => text.replace('hunter2', '[redacted]'),
}
const object = (more: object = {}, metadata: KubeObject['metadata'] = {}) =>
  ({ kind: 'Website', metadata: { name: 'web', ...metadata }, ...more }) as KubeObject
const withConditions = (...conditions: readonly object[]) => object({ status: { conditions } })
const reconcile = (more: object): TimelineEntry =>
  ({
    ...{ what: 'reconcile', sequence: 1, at: 0, controller: 'website', id: 'x', attempt: 1, ms: 5, result: 'success', again: undefined },
    ...{ error: undefined, writes: [] },
    ...more,
  }) as TimelineEntry
const texts = (thing: KubeObject, more: Partial<Circumstances> = {}) => explain(thing, { ...QUIET, ...more }).map(({ text }) => text)

describe('why it is not ready', () => {
  test.each<[string, KubeObject, Partial<Circumstances>, string | RegExp]>([
    ['well', withConditions({ type: 'Ready', status: 'True' }), {}, 'It is as it should be.'],
    ['it says nothing', object(), {}, /says nothing about its state/],
    ['a phase alone', object({ status: { phase: 'Bound' } }), {}, 'Its phase is Bound.'],
    [
      'its condition',
      withConditions({ type: 'Ready', status: 'False', reason: 'NoSuchHost', message: 'no host "a"' }),
      {},
      'Ready is False: no host "a"',
    ],
    [
      'a condition that is bad when True',
      withConditions({ type: 'Ready', status: 'True' }, { type: 'Degraded', status: 'True', reason: 'Two' }),
      {},
      'Degraded is True: Two',
    ],
    [
      'a secret in a message',
      withConditions({ type: 'Ready', status: 'False', message: 'wrong: hunter2' }),
      {},
      'Ready is False: wrong: [redacted]',
    ],
    ['paused', object({}, { annotations: { 'kubewright.dev/paused': 'true' } }), {}, /^It is paused/],
    [
      'deleted and held',
      object({}, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] }),
      {},
      /waits for the finalizer a\/b/,
    ],
    ['another replica leads', object(), { leads: false, leader: 'other' }, /Another replica leads \(other\)/],
    ['the server is away', object(), { unreachable: 'unreachable' }, /cannot be reached/],
    [
      'the last reconcile failed',
      object(),
      { entries: [reconcile({ result: 'error', attempt: 3, error: { message: 'boom' } })] },
      'website failed (attempt 3): boom',
    ],
    [
      'it has been worked on for long',
      object(),
      { entries: [reconcile({ ms: undefined, result: 'running' })] },
      'website has been working on it for 100 s.',
    ],
    ['an old spec', object({ status: { observedGeneration: 1 } }, { generation: 2 }), {}, /generation 2, seen 1/],
    [
      'a child',
      object(),
      { children: [{ id: 'p', kind: 'Pod', name: 'p', health: 'failing', reason: 'CrashLoop', known: true }] },
      'Its Pod p is failing: CrashLoop.',
    ],
  ])('%s', (_, thing, more, said) => {
    expect(texts(thing, more)[0]).toMatch(said)
  })

  test('a failure that was followed by a success is none', () => {
    const entries = [reconcile({ sequence: 2 }), reconcile({ result: 'error', error: { message: 'boom' } })]
    expect(texts(object(), { entries })).toEqual([expect.stringContaining('says nothing')])
  })

  test('that another writer was faster is no failure', () => {
    const entries = [reconcile({ result: 'requeue', error: { message: 'conflict' } })]
    expect(texts(object(), { entries })).toEqual([expect.stringContaining('says nothing')])
  })

  test('the mend comes with it: the pause can be copied away', () => {
    const [reason] = explain(object({}, { namespace: 'shop', annotations: { 'kubewright.dev/paused': 'true' } }), QUIET)
    expect(reason?.hint).toBe('kubectl annotate website web -n shop kubewright.dev/paused-')
  })
})

test('one that is gone says that it was deleted, or that it was never seen', () => {
  const deleted: TimelineEntry = { sequence: 1, at: 0, what: 'deleted', note: '' }
  expect(explainGone([deleted])[0]?.text).toBe('It was deleted.')
  expect(explainGone([])[0]?.text).toMatch(/not among the watched objects/)
})
