import { expect, test } from 'vitest'
import { virtualClock } from '../virtual-clock.ts'
import { expectNoWrites, type RequestLog } from './quiet.ts'

const request = (method: string, path: string): RequestLog['requests'][number] => ({ method, path, query: new URLSearchParams() })

async function during(requests: readonly RequestLog['requests'][number][], options: Parameters<typeof expectNoWrites>[1] = {}) {
  const clock = virtualClock()
  const log = { requests: [request('POST', '/api/v1/namespaces/a/pods')] }
  const watching = expectNoWrites(log, { clock, for: 1_000, ...options })
  log.requests.push(...requests)
  const [outcome] = await Promise.all([watching, clock.advance(1_000)])
  return outcome
}

test('reads are fine and counted; what was written before does not count', async () => {
  await expect(during([request('GET', '/api/v1/pods'), request('GET', '/apis/apps/v1/deployments')])).resolves.toEqual({ reads: 2 })
})

test('each write is named with its count', async () => {
  const patch = () => request('PATCH', '/api/v1/namespaces/a/pods/b')
  await expect(during([patch(), patch(), request('DELETE', '/api/v1/namespaces/a/pods/c')])).rejects.toThrow(
    '3 writes where none was expected:\n  2 × PATCH /api/v1/namespaces/a/pods/b\n  1 × DELETE /api/v1/namespaces/a/pods/c',
  )
})

test('the renewal of a lease is no write that matters, unless it is said to be', async () => {
  const renewal = request('PUT', '/apis/coordination.k8s.io/v1/namespaces/a/leases/b')
  await expect(during([renewal])).resolves.toEqual({ reads: 1 })
  await expect(during([renewal], { except: () => false })).rejects.toThrow('leases/b')
})
