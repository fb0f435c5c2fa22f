import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Capabilities } from './capabilities.ts'

const DAY = 24 * 3_600_000

test('what a read shows counts until another one shows something else, and nothing is sent that it does not show', () => {
  const capabilities = new Capabilities(virtualClock())
  capabilities.shown('website', 'Unsupported')
  capabilities.shown('cors', 'Supported')
  expect(capabilities.all()).toEqual({ cors: 'Supported', website: 'Unsupported' })
  expect([capabilities.takes('website', {}), capabilities.takes('cors', {}), capabilities.takes('acl', {})]).toEqual([false, true, true])
  capabilities.shown('website', 'Supported')
  expect(capabilities.all()).toMatchObject({ website: 'Supported' })
})

test('2.6 that no write is taken counts more than a read, for a day', async () => {
  const clock = virtualClock()
  const capabilities = new Capabilities(clock)
  capabilities.refused('notification')
  capabilities.shown('notification', 'Supported')
  expect([capabilities.isRefused('notification'), capabilities.takes('notification', {})]).toEqual([true, false])
  expect(capabilities.all()).toEqual({ notification: 'Unsupported' })
  await clock.advance(DAY)
  expect([capabilities.isRefused('notification'), capabilities.takes('notification', {})]).toEqual([false, true])
  expect(capabilities.all()).toEqual({ notification: 'Supported' })
})

test('2.6 a content that is refused is not sent again for a day, and another one is', async () => {
  const clock = virtualClock()
  const capabilities = new Capabilities(clock)
  const [moved, plain] = [[{ ID: 'a', Transitions: [{ Days: 1 }] }], [{ ID: 'a', Expiration: { Date: new Date(0) } }]]
  capabilities.refused('lifecycle', moved)
  expect([capabilities.takes('lifecycle', structuredClone(moved)), capabilities.takes('lifecycle', plain)]).toEqual([false, true])
  expect([capabilities.isRefused('lifecycle'), capabilities.all()]).toEqual([false, { lifecycle: 'Unsupported' }])
  capabilities.shown('lifecycle', 'Supported')
  expect(capabilities.all()).toEqual({ lifecycle: 'Supported' })
  expect(capabilities.takes('lifecycle', moved)).toBe(false)
  await clock.advance(DAY)
  expect(capabilities.takes('lifecycle', moved)).toBe(true)
})
