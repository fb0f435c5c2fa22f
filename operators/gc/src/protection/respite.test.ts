import { expect, test } from 'vitest'
import { respiteOf } from './respite.ts'

const NOW = Date.UTC(2026, 0, 1)
const bearing = (text?: string) => ({ metadata: { ...(text !== undefined && { annotations: { 'gc.kubewright.dev/keep-until': text } }) } })

test.each<[string, string | undefined, unknown]>([
  ['none is given', undefined, undefined],
  ['it is over', '2025-12-31T23:59:59Z', undefined],
  ['it ends in this moment', '2026-01-01T00:00:00Z', undefined],
  ['it goes on', '2026-01-02T00:00:00+01:00', { is: 'never', until: NOW + 23 * 3_600_000 }],
  ['it cannot be read, and keeps what somebody wanted to keep', 'tomorrow', { is: 'blocked' }],
])('a respite: %s', (_, text, expected) => {
  const respite = respiteOf(bearing(text), NOW)
  if (expected === undefined) expect(respite).toBeUndefined()
  else expect(respite).toMatchObject(expected as object)
})
