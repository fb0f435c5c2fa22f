import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WriteAttempt } from '../writes/write-guard.ts'
import { isNotLeader } from './errors.ts'
import { leadershipFence } from './fence.ts'
import { type Role, validFor, writableFor } from './machine.ts'

const times = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 }
const leader: Role = { is: 'leader', renewedAt: 0 }
const write: WriteAttempt = {
  verb: 'update',
  type: { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  name: { name: 'shop', namespace: 'web' },
  dryRun: false,
}

describe('the fence', () => {
  test.each([
    [0, 10_500],
    [10_499, 1],
    [10_500, 0],
    [60_000, 0],
  ])('%d ms after the last renewal a write may be sent for %d ms more', (now, left) => {
    expect(writableFor(leader, times, now)).toBe(left)
  })

  test('a replica that does not lead may send none', () => {
    expect(writableFor({ is: 'follower' }, times, 0)).toBe(0)
  })

  test('whatever the times: a write may be sent until the renewal’s deadline, and never in the last moments of the lease', () => {
    const legal = fc
      .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }))
      .map(([retryPeriod, more, wire]) => ({
        retryPeriod,
        renewDeadline: Math.ceil(retryPeriod * 1.2) + more,
        leaseDuration: Math.ceil(retryPeriod * 1.2) + more + wire,
      }))
    fc.assert(
      fc.property(legal, (some) => {
        expect(writableFor(leader, some, some.renewDeadline - 1)).toBeGreaterThan(0)
        expect(writableFor(leader, some, some.leaseDuration - (some.leaseDuration - some.renewDeadline) / 2)).toBe(0)
        expect(validFor(leader, some, some.leaseDuration)).toBe(0)
      }),
    )
  })

  test('refuses in words that name the write', () => {
    const fence = leadershipFence({ writableFor: () => 0 }, new AbortController().signal)
    try {
      fence.before?.(write)
      expect.fail('it let the write pass')
    } catch (error) {
      expect(isNotLeader(error)).toBe(true)
      expect(String(error)).toMatch(/^NotLeaderError: update Deployment\.apps\/v1 "web\/shop" was not sent: this replica does not lead/)
    }
  })

  test.each([
    ['an object without a namespace', { name: { name: 'red' } }, 'update Deployment.apps/v1 "red" was not sent'],
    ['a collection', { name: undefined }, 'update Deployment.apps/v1 was not sent'],
    ['a resource whose kind is not known', { type: { ...write.type, kind: '' } }, 'update deployments "web/shop" was not sent'],
    ['a path', { type: { ...write.type, kind: '', plural: '' }, name: undefined }, 'update a path was not sent'],
  ])('names %s', (_, other, words) => {
    const fence = leadershipFence({ writableFor: () => 0 }, new AbortController().signal)
    expect(() => fence.before?.({ ...write, ...other } as WriteAttempt)).toThrow(words)
  })

  test('lets the leader’s writes pass, and ends them when leadership does', () => {
    const abandon = new AbortController()
    const fence = leadershipFence({ writableFor: () => 1 }, abandon.signal)
    expect(() => fence.before?.(write)).not.toThrow()
    expect(fence.signal).toBe(abandon.signal)
  })
})
