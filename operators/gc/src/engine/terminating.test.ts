import { formatTime, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { STUCK_AFTER, Terminating } from './terminating.ts'

const T = Date.UTC(2026, 0, 1)
const object = (uid: string, deletedAt?: number): KubeObject => ({
  metadata: { uid, ...(deletedAt !== undefined && { deletionTimestamp: formatTime(deletedAt) }) },
})

test('what has been going for ten minutes is stuck; what is not going, or not selected any more, is not', () => {
  const terminating = new Terminating()
  terminating.seen(object('old', T - STUCK_AFTER), true)
  terminating.seen(object('new', T), true)
  terminating.seen(object('alive'), true)
  terminating.seen(object('relabelled', T - STUCK_AFTER), false)
  // A stamp is of whole seconds, and meant is the end of its second.
  expect([terminating.stuck(T - 1), terminating.stuck(T + 1_000), terminating.stuck(T + STUCK_AFTER + 1_000)]).toEqual([0, 1, 2])
})

test('that somebody has to be told is said once', () => {
  const terminating = new Terminating()
  terminating.seen(object('a', T), true)
  const later = T + STUCK_AFTER + 1_000
  expect([terminating.changed(T), terminating.changed(later), terminating.changed(later)]).toEqual([false, true, false])
  terminating.left('a')
  expect([terminating.changed(later), terminating.changed(later)]).toEqual([true, false])
})

test('what has gone unseen is not stuck', () => {
  const terminating = new Terminating()
  for (const uid of ['a', 'b']) terminating.seen(object(uid, T), true)
  terminating.retain(new Set(['b']))
  expect(terminating.stuck(T + STUCK_AFTER + 1_000)).toBe(1)
})
