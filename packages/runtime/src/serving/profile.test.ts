import { systemClock } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Profiler } from './profile.ts'

const never = new AbortController().signal

test.each(['cpu', 'heap'] as const)('a %s profile is what developer tools open', async (kind) => {
  const clock = virtualClock()
  const answer = new Profiler(clock).answer(kind, '1', never)
  await expect.poll(() => clock.pending).toBe(1)
  await clock.advance(1_000)
  const { status, body, headers } = await answer
  const profile = JSON.parse(body) as Record<string, unknown>
  expect([status, headers?.['content-disposition']]).toEqual([200, `attachment; filename="kubewright.${kind}profile"`])
  expect(profile).toHaveProperty(kind === 'cpu' ? 'nodes' : 'head')
})

test.each(['0', '61', 'x', '-1'])('%s seconds are refused', async (seconds) => {
  expect((await new Profiler(systemClock).answer('cpu', seconds, never)).status).toBe(400)
})

test('one is taken at a time, and one whose reader has gone makes room', async () => {
  const clock = virtualClock()
  const profiler = new Profiler(clock)
  const leaving = new AbortController()
  const first = profiler.answer('cpu', null, leaving.signal)
  await expect.poll(() => clock.pending).toBe(1)
  expect((await profiler.answer('cpu', null, never)).status).toBe(409)
  leaving.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  const next = profiler.answer('heap', '1', never)
  await expect.poll(() => clock.pending).toBe(1)
  await clock.advance(1_000)
  expect((await next).status).toBe(200)
})
