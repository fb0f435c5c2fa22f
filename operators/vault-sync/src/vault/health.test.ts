import { expect, test } from 'vitest'
import { VaultHealth } from './health.ts'

test('2.6.11: it is well before anybody asked, ill while Vault is away or sealed, and well again', () => {
  const health = new VaultHealth()
  expect(() => health.check()).not.toThrow()
  health.saw(0)
  expect(() => health.check()).toThrow(/did not answer/)
  health.saw(503)
  expect(() => health.check()).toThrow(/503/)
  health.saw(403)
  expect(() => health.check()).not.toThrow()
})
