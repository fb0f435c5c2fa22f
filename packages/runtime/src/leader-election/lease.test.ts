import { expect, test } from 'vitest'
import { held, released } from './lease.ts'

const candidate = { name: 'op', namespace: 'sys', identity: 'me', leaseDuration: 14.2 }
const then = '2025-12-31T23:59:50.000000Z'
const now = Date.UTC(2026, 0, 1)
const nowWritten = '2026-01-01T00:00:00.000000Z'

test('the first lease has its name, its holder, and no change of the holder behind it', () => {
  expect(held(candidate, undefined, now)).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'op', namespace: 'sys' },
    // The field is in whole seconds: one that is longer than ours is safe, one that is shorter is not.
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: nowWritten, renewTime: nowWritten, leaseTransitions: 0 },
  })
})

test('a lease keeps what others have put on it', () => {
  const before = {
    metadata: { name: 'op', annotations: { team: 'a' } },
    spec: { holderIdentity: 'other', leaseTransitions: 1, strategy: 'x' },
  }
  expect(held(candidate, before, now)).toMatchObject({
    metadata: { annotations: { team: 'a' } },
    spec: { leaseTransitions: 2, strategy: 'x' },
  })
})

test('a renewal keeps when the lease was acquired, and says now where nobody has said it', () => {
  const mine = { holderIdentity: 'me', leaseTransitions: 4, acquireTime: then }
  expect(held(candidate, { metadata: { name: 'op' }, spec: mine }, now).spec).toMatchObject({
    acquireTime: then,
    renewTime: nowWritten,
    leaseTransitions: 4,
  })
  const { acquireTime: _, ...silent } = mine
  expect(held(candidate, { metadata: { name: 'op' }, spec: silent }, now).spec).toMatchObject({ acquireTime: nowWritten })
})

test('a lease without a spec is one that somebody else has had', () => {
  expect(held(candidate, { metadata: { name: 'op' } }, now).spec).toMatchObject({
    holderIdentity: 'me',
    acquireTime: nowWritten,
    leaseTransitions: 1,
  })
})

test('what is given back has no holder, is out of date in a second, and keeps the rest', () => {
  const lease = {
    metadata: { name: 'op', resourceVersion: '7' },
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: then, renewTime: then, leaseTransitions: 2 },
  }
  expect(released(lease, now)).toEqual({
    metadata: { name: 'op', resourceVersion: '7' },
    spec: { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: nowWritten, renewTime: nowWritten, leaseTransitions: 2 },
  })
})
