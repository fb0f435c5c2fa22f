import { ConfigurationError } from '@kubewright/core'
import { silentLogger } from '@kubewright/runtime'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { Alarm, persist } from './patience.ts'

const never = new AbortController().signal

describe('an alarm', () => {
  const asleep = (alarm: Alarm, signal = never) => {
    const state = { awake: false }
    void alarm.sleep(1_000, signal).then(() => {
      state.awake = true
    })
    return state
  }

  test('wakes when it is time, and leaves no timer behind when it is rung before', async () => {
    const clock = virtualClock()
    const alarm = new Alarm(clock)
    const first = asleep(alarm)
    await clock.advance(999)
    expect(first.awake).toBe(false)
    await clock.advance(1)
    expect(first.awake).toBe(true)
    const second = asleep(alarm)
    alarm.ring()
    await settle()
    expect([second.awake, clock.pending]).toEqual([true, 0])
  })

  test('that rang while nobody slept wakes the next one, once', async () => {
    const clock = virtualClock()
    const alarm = new Alarm(clock)
    alarm.ring()
    alarm.ring()
    const first = asleep(alarm)
    await settle()
    expect(first.awake).toBe(true)
    const second = asleep(alarm)
    await settle()
    expect(second.awake).toBe(false)
    await clock.advance(1_000)
  })

  test('ends with its signal', async () => {
    const clock = virtualClock()
    const stop = new AbortController()
    const state = asleep(new Alarm(clock), stop.signal)
    stop.abort()
    await settle()
    expect([state.awake, clock.pending]).toEqual([true, 0])
  })
})

describe('persistence', () => {
  const options = (clock = virtualClock(), signal = never) => ({ clock, log: silentLogger, signal })

  test('tries again, later each time, and tells the result', async () => {
    const clock = virtualClock()
    const at: number[] = []
    const work = async () => {
      at.push(clock.monotonic())
      if (at.length < 8) throw new Error('not yet')
      return 'done'
    }
    const result = persist('x', options(clock), work)
    await clock.advance(100_000)
    expect(await result).toBe('done')
    expect(at).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 30_500, 45_500])
  })

  test('does not repeat what a person has to mend', async () => {
    await expect(persist('x', options(), () => Promise.reject(new ConfigurationError('mend me')))).rejects.toThrow('mend me')
  })

  test('ends with its signal, in the middle of the work or of a pause', async () => {
    const clock = virtualClock()
    const stop = new AbortController()
    const result = persist('x', options(clock, stop.signal), () => Promise.reject(new Error('not yet')))
    await settle()
    stop.abort()
    expect([await result, clock.pending]).toEqual([undefined, 0])
  })
})
