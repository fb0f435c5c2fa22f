import { expect, test } from 'vitest'
import type { BackupRecord } from '../backup/record.ts'
import { decodeRecord, encodeRecord } from './record.ts'

/** As long as Kubernetes lets them be. */
const longest: BackupRecord = {
  apiVersion: `${'g'.repeat(63)}.example.dev/v1alpha1`,
  kind: 'K'.repeat(63),
  namespace: 'n'.repeat(63),
  name: 'o'.repeat(253),
  uid: 'u'.repeat(36),
  resourceVersion: '9'.repeat(19),
  policy: `${'n'.repeat(63)}/${'p'.repeat(253)}`,
  policyUid: 'u'.repeat(36),
  reason: 'älter als eine Stunde →'.repeat(40),
  takenAt: '2026-01-01T00:00:00Z',
  expiresAt: '2026-02-01T00:00:00Z',
  keepLast: 10_000,
  finalizer: `f.example.dev/${'f'.repeat(63)}`,
  part: 0,
  parts: 1,
  sha256: 'a'.repeat(64),
}

test('what was encoded is what it was, but for the end of a long reason', () => {
  const { reason, ...rest } = decodeRecord(encodeRecord(longest))!
  expect(rest).toEqual({ ...longest, reason: undefined })
  expect(reason).toMatch(/^älter als eine Stunde →.*…$/)
  expect([...reason!]).toHaveLength(201)
  const short = { ...longest, reason: 'a fixed time' }
  expect(decodeRecord(encodeRecord(short))).toEqual(short)
})

test('the longest there can be fits into the headers of an object, in characters that a header may have', () => {
  expect(encodeRecord(longest).length).toBeLessThan(2_048 - 'x-amz-meta-kubewright-gc-backup'.length)
  expect(encodeRecord(longest)).toMatch(/^[A-Za-z0-9_-]+$/)
})

test.each([undefined, '', 'bm90IGpzb24', Buffer.from('{"kind":"Secret"}').toString('base64url')])('%o is no record', (header) =>
  expect(decodeRecord(header)).toBeUndefined(),
)
