import { virtualClock } from '@kubewright/testing/virtual-clock'
import { silentLogger } from 'kubewright'
import { expect, test } from 'vitest'
import { Gate, type GateEnvironment } from './gate.ts'

const gate = (changed: Partial<GateEnvironment> = {}) =>
  new Gate({
    clock: virtualClock(),
    log: silentLogger,
    mayAct: () => true,
    reachability: { state: 'reachable' },
    policiesKnown: () => true,
    timeInDoubt: () => undefined,
    stops: { reason: undefined },
    ...changed,
  })

test('it is open when nothing speaks against it', () => {
  expect(gate().ask()).toEqual({ is: 'open' })
})

test.each<[string, Partial<GateEnvironment>, number | undefined]>([
  ['another replica leads', { mayAct: () => false }, 1_000],
  ['the server is away', { reachability: { state: 'unreachable' } }, undefined],
  ['it is in doubt whether it is', { reachability: { state: 'in doubt' } }, undefined],
  ['somebody has stopped everything', { stops: { reason: 'stop' } }, undefined],
  ['the time is in doubt', { timeInDoubt: () => 'two clocks' }, 1_000],
])('it is closed while %s', (_, changed, lookAgain) => {
  expect(gate(changed).ask()).toEqual({ is: 'closed', lookAgain })
})

test('after an outage it opens when policies are known again, and have been for a moment', async () => {
  const clock = virtualClock()
  let known = false
  const after = gate({ clock, policiesKnown: () => known })
  expect(after.reachabilityChanged('unreachable', 'reachable')).toBe(false)
  expect(after.reachabilityChanged('reachable', 'unreachable')).toBe(true)
  await clock.advance(60_000)
  expect(after.ask().is).toBe('closed')
  known = true
  expect(after.ask().is).toBe('closed')
  await clock.advance(60_000)
  expect(after.ask()).toEqual({ is: 'open' })
})
