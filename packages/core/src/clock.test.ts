import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sleep, sleepOrAbort, systemClock } from './clock.ts'

describe('sleep', () => {
  test('resolves after its time and not before', async () => {
    const clock = virtualClock()
    let isOver = false
    const sleeping = sleep(1_000, { clock }).then(() => {
      isOver = true
    })
    await clock.advance(999)
    expect(isOver).toBe(false)
    await clock.advance(1)
    expect(isOver).toBe(true)
    await sleeping
  })

  test('ends with the signal’s reason at once, and leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const sleeping = sleep(1_000, { clock, signal: controller.signal })
    controller.abort(new Error('stopping'))
    await expect(sleeping).rejects.toThrow('stopping')
    expect(clock.pending).toBe(0)
  })

  test('does not start when the signal is aborted already', async () => {
    const clock = virtualClock()
    await expect(sleep(1_000, { clock, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
    expect(clock.pending).toBe(0)
  })

  test('takes its hands off the signal when it is over', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const sleeping = sleep(10, { clock, signal: controller.signal })
    await clock.advance(10)
    await sleeping
    expect(remove).toHaveBeenCalledWith('abort', expect.any(Function))
  })
})

describe('sleepOrAbort', () => {
  test('is over after its time and not before', async () => {
    const clock = virtualClock()
    let isOver = false
    const sleeping = sleepOrAbort(1_000, { clock, signal: new AbortController().signal }).then(() => {
      isOver = true
    })
    await clock.advance(999)
    expect(isOver).toBe(false)
    await clock.advance(1)
    await sleeping
  })

  test('is over when the signal aborts, without an error, and leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const sleeping = sleepOrAbort(1_000, { clock, signal: controller.signal })
    controller.abort(new Error('stopping'))
    await expect(sleeping).resolves.toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  test('tells what else goes wrong', async () => {
    const broken = {
      ...virtualClock(),
      setTimer: () => {
        throw new Error('no timers left')
      },
    }
    await expect(sleepOrAbort(1, { clock: broken, signal: new AbortController().signal })).rejects.toThrow('no timers left')
  })
})

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const DAY = 86_400_000

  test('a timer longer than setTimeout can count fires when it is due, not at once', () => {
    const callback = vi.fn<() => void>()
    systemClock.setTimer(60 * DAY, callback)
    vi.advanceTimersByTime(60 * DAY - 1)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  test('a timer is cancelled in whatever step it is', () => {
    const callback = vi.fn<() => void>()
    const timer = systemClock.setTimer(60 * DAY, callback)
    vi.advanceTimersByTime(30 * DAY)
    timer.cancel()
    vi.advanceTimersByTime(60 * DAY)
    expect(callback).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([0, -5])('a timer of %d ms fires soon, but not while it is being set', (ms) => {
    const callback = vi.fn<() => void>()
    systemClock.setTimer(ms, callback)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  test('time goes on', () => {
    const [now, monotonic] = [systemClock.now(), systemClock.monotonic()]
    vi.advanceTimersByTime(5)
    expect(systemClock.now()).toBe(now + 5)
    expect(systemClock.monotonic()).toBe(monotonic + 5)
  })
})
