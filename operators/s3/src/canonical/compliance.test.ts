import { describe, expect, test } from 'vitest'
import { canonicalCompliance, complianceRemark, complianceSettings } from './compliance.ts'

const wanted = { enabled: true, retentionDays: 30, conditionalHold: false, deleteAfterRetention: true }

describe('compliance settings of Wasabi', () => {
  test('what is sent means what it says when it comes back', () => {
    const sent = complianceSettings(wanted, undefined)
    expect(canonicalCompliance({ ...sent, IsLocked: false })).toEqual(canonicalCompliance(sent))
    expect(canonicalCompliance(sent)).toEqual({ days: 30, hold: false, deletes: true })
  })

  test('switched off they all mean the same', () =>
    expect(canonicalCompliance(complianceSettings({ ...wanted, enabled: false }, undefined))).toBe(
      canonicalCompliance({ Status: 'disabled' }),
    ))

  test('a lock is left as it is, and never set: it cannot be taken back', () => {
    expect(complianceSettings(wanted, { LockTime: '2027-01-01T00:00:00Z' }).LockTime).toBe('2027-01-01T00:00:00Z')
    expect(complianceSettings(wanted, { LockTime: 'off' }).LockTime).toBe('off')
    expect(complianceSettings(wanted, undefined).LockTime).toBe('off')
  })

  test('a lock is told', () => {
    expect(complianceRemark({ IsLocked: true })).toMatch(/locked/)
    expect(complianceRemark({ IsLocked: false })).toBeUndefined()
  })
})
