import { systemClock } from '@kubewright/core'
import { expect, test } from 'vitest'
import { AuditLog } from './audit-log.ts'

test('a log that cannot be written fails no request: what was stored is stored', () => {
  const full = new Error('no space left on device')
  const failures: unknown[] = []
  const write = () => {
    throw full
  }
  const log = new AuditLog(
    { policy: { rules: [{ level: 'Metadata' }] }, write },
    systemClock,
    () => 'id',
    (error) => failures.push(error),
  )
  const attributes = { is: 'path', user: { name: 'ann', groups: [] }, verb: 'get', path: '/version' } as const
  const trail = log.received({ uri: '/version', userAgent: undefined, sourceIPs: [], attributes })
  expect(() => trail.write('ResponseComplete', { code: 200 })).not.toThrow()
  expect(failures).toEqual([full, full])
})
