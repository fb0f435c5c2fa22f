import fc from 'fast-check'
import { expect, test } from 'vitest'
import { issued, type Lease, NO_LEASE, renewalFailed, renewed, usable } from './lease.ts'

type Held = Lease & { is: 'held' }
const token = { token: 't', ttlMs: 60_000, renewable: true, own: true }
const lease = (more: Partial<typeof token> = {}, now = 0) => issued({ ...token, ...more }, now, () => 0) as Held

test('a token is renewed at two thirds of its life, or a little earlier', () => {
  expect(lease().next).toEqual({ do: 'renew', at: 40_000 })
  expect((issued(token, 0, () => 1) as Held).next).toEqual({ do: 'renew', at: 36_000 })
})

test('one that cannot be renewed is replaced at the same point', () => {
  expect(lease({ renewable: false }).next).toEqual({ do: 'login', at: 40_000 })
})

test('one that never ends needs nothing', () => {
  expect(lease({ ttlMs: 0 })).toMatchObject({ next: undefined, expiresAt: Number.POSITIVE_INFINITY })
})

test('a renewal that brings less than was issued has met the maximum: a login is next', () => {
  expect((renewed(lease(), 60_000, true, 40_000, () => 0) as Held).next).toEqual({ do: 'renew', at: 80_000 })
  expect((renewed(lease(), 20_000, true, 40_000, () => 0) as Held).next?.do).toBe('login')
  expect((renewed(lease(), 60_000, false, 40_000, () => 0) as Held).next?.do).toBe('login')
})

test('a refused renewal is followed by a login at once, a lost one by another try', () => {
  expect((renewalFailed(lease(), true, 40_000, 1_000) as Held).next).toEqual({ do: 'login', at: 40_000 })
  expect((renewalFailed(lease(), false, 40_000, 1_000) as Held).next).toEqual({ do: 'renew', at: 41_000 })
})

test('nobody gets a token that is about to end', () => {
  expect(usable(NO_LEASE, 0)).toBe(false)
  expect(usable(lease(), 58_000)).toBe(true)
  expect(usable(lease(), 59_500)).toBe(false)
})

test('the next step always lies within the life of the token', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (ttlMs, renewable, chance) => {
      const { next, expiresAt } = issued({ token: 't', ttlMs, renewable, own: true }, 7, () => chance) as Held
      expect(next!.at).toBeGreaterThan(7)
      expect(next!.at).toBeLessThan(expiresAt)
    }),
  )
})
