import { expect, test } from 'vitest'
import type { VaultFailure } from '../errors.ts'
import { decide, RETRIES } from './retries.ts'

const again = (failure: VaultFailure, repeatable: boolean, attempt = 1) =>
  decide(failure, repeatable, attempt, RETRIES, () => 0.5).do === 'repeat'

test.each<[VaultFailure, read: boolean, write: boolean]>([
  [{ is: 'unreachable', code: 'ECONNREFUSED', sent: false }, true, true],
  [{ is: 'unreachable', code: 'ECONNRESET', sent: true }, true, false],
  [{ is: 'standby', leader: undefined }, true, true],
  [{ is: 'behind' }, true, true],
  [{ is: 'rateLimited', retryAfterSeconds: undefined }, true, true],
  [{ is: 'unavailable' }, true, false],
  [{ is: 'serverError' }, true, false],
  [{ is: 'sealed' }, false, false],
  [{ is: 'tls', code: 'CERT_HAS_EXPIRED' }, false, false],
  [{ is: 'permissionDenied' }, false, false],
  [{ is: 'casMismatch' }, false, false],
  [{ is: 'notVault' }, false, false],
])('%o: a read comes again: %s, a write of unknown fate: %s', (failure, read, write) => {
  expect(again(failure, true)).toBe(read)
  expect(again(failure, false)).toBe(write)
})

test('the fourth attempt is the last', () => {
  expect(again({ is: 'behind' }, true, 3)).toBe(true)
  expect(again({ is: 'behind' }, true, 4)).toBe(false)
})

test('Retry-After is honoured with a little jitter, and left to the caller when it is long', () => {
  const limited = (retryAfterSeconds: number) => decide({ is: 'rateLimited', retryAfterSeconds }, false, 1, RETRIES, () => 0.5)
  expect(limited(2)).toEqual({ do: 'repeat', afterMs: 2_100 })
  expect(limited(60)).toEqual({ do: 'fail' })
  // Told of what is left of a second that has begun.
  expect(limited(0)).toEqual({ do: 'repeat', afterMs: 1_050 })
})

test('pauses double up to the longest', () => {
  const pauses = [1, 2, 3].map((attempt) => decide({ is: 'behind' }, true, attempt, RETRIES, () => 1))
  expect(pauses).toEqual([200, 400, 800].map((afterMs) => ({ do: 'repeat', afterMs })))
})
