import { type ReconcileTarget, silentLogger } from 'kubewright'
import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { Attendance } from './attendance.ts'

const one = { namespace: 'vault', name: 'one' }
const two = { namespace: 'vault', name: 'two' }

async function attended(
  work: (attendance: Attendance, triggered: readonly ReconcileTarget[], pass: (ms: number) => Promise<void>) => Promise<void>,
) {
  const clock = virtualClock()
  const triggered: ReconcileTarget[] = []
  const life = new AbortController()
  const attendance = new Attendance(16)
  const trigger = (target: ReconcileTarget) => {
    triggered.push(target)
    return 'queued' as const
  }
  const running = attendance.source.run({ signal: life.signal, clock, random: () => 0.5, log: silentLogger, trigger })
  await attendance.ready(life.signal)
  try {
    await work(attendance, triggered, (ms) => clock.advance(ms))
  } finally {
    life.abort()
    await running
  }
}

test('what a hundred nodes say within a moment makes one reconcile, and what they say later another', () =>
  attended(async (attendance, triggered, pass) => {
    for (let node = 0; node < 100; node++) attendance.triggerSoon(one)
    attendance.triggerSoon(two)
    expect(triggered).toEqual([])
    await pass(50)
    expect(triggered).toEqual([one, two])
    attendance.triggerSoon(one)
    await pass(50)
    expect(triggered).toEqual([one, two, one])
  }))

test('what was to come soon does not outlive the replica’s turn', async () => {
  let seen: readonly ReconcileTarget[] = []
  await attended(async (attendance, triggered) => {
    attendance.triggerSoon(one)
    seen = triggered
  })
  expect(seen).toEqual([])
})
