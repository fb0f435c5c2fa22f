// What a reflector tells and counts on its way, and where its limits lie to the millisecond.
import { ApiError, ConnectionError, type KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { freshBackoff, isFresh, nextDelay } from './backoff.ts'
import { failureOf } from './failure.ts'
import { step } from './machine.ts'
import { STREAMING_REFUSED_FOR } from './snapshot-steps.ts'
import { type Effect, type Fact, initial, type State } from './state.ts'

type Moment = readonly [now: number, fact: Fact<KubeObject>]

const start: Fact<KubeObject> = { saw: 'start' }
const time: Fact<KubeObject> = { saw: 'time' }
const page = (resourceVersion: string, token?: string): Fact<KubeObject> => ({ saw: 'page', resourceVersion, continue: token })
const bookmark = (resourceVersion: string, initialEventsEnd = false): Fact<KubeObject> => ({
  saw: 'bookmark',
  resourceVersion,
  initialEventsEnd,
})
const added = (resourceVersion: string): Fact<KubeObject> => ({
  saw: 'change',
  type: 'ADDED',
  object: { metadata: { name: 'a', resourceVersion } },
  bytes: 1,
})
const end = (by: 'server' | 'silence' | 'deadline' = 'server'): Fact<KubeObject> => ({ saw: 'end', by })
const failure = (error: unknown, opened = false): Fact<KubeObject> => ({ saw: 'failure', failure: failureOf(error), opened })
const status = (code: number, message = 'no', retryAfterSeconds?: number) =>
  new ApiError({ code, message }, retryAfterSeconds ? { retryAfterSeconds } : {})
const gone = status(410)
const ahead = status(504, 'Too large resource version: 50, current: 7')
const reset = new ConnectionError('reset', { code: 'ECONNRESET' })

/** Takes each fact at its time, with chance in the middle; the effects are the last one's. */
function after(
  moments: readonly Moment[],
  from: State = initial({ streaming: false }),
): { state: State; effects: readonly Effect<KubeObject>[] } {
  let state = from
  let effects: readonly Effect<KubeObject>[] = []
  for (const [now, fact] of moments) [state, effects] = step(state, fact, { now, random: () => 0.5 })
  return { state, effects }
}
/** Since the beginning of time, at version 100. */
const watching = () =>
  after([
    [0, start],
    [0, page('100')],
  ]).state
const streaming = () => after([[0, start]], initial()).state
const counted = (effects: readonly Effect<KubeObject>[]) => effects.flatMap((effect) => (effect.do === 'count' ? [effect.what] : []))
const reported = (effects: readonly Effect<KubeObject>[]) => effects.filter((effect) => effect.do === 'report')

describe('a watch', () => {
  test('that comes back after a pause is counted as a reconnect', () => {
    const { state, effects } = after(
      [
        [5000, failure(reset, true)],
        [6000, time],
      ],
      watching(),
    )
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '100' })
    expect(effects).toEqual([{ do: 'count', what: 'reconnect' }])
  })

  test('that ends as watches do is opened again at once, and nothing else is said of it', () => {
    const { state, effects } = after([[5000, end()]], watching())
    expect(state.is).toBe('watching')
    expect(effects).toEqual([{ do: 'count', what: 'reconnect' }])
  })

  test.each(['silence', 'deadline'] as const)('that we have ended ourselves (%s) was not ended by a proxy, however soon', (by) => {
    expect(after([[10, end(by)]], watching()).state.is).toBe('watching')
  })

  test('that ends within a second with nothing in it says what stands in the way', () => {
    const { state, effects } = after([[999, end()]], watching())
    expect(state).toMatchObject({ is: 'pausing', next: 'watch' })
    expect(reported(effects)).toMatchObject([
      {
        failure: { kind: 'broken', retryAfter: 0, message: expect.stringContaining('does not let watches through') },
        retryIn: 1200,
        passing: false,
      },
    ])
  })

  test('that ends after a whole second is one that ended', () => {
    expect(after([[1000, end()]], watching()).state.is).toBe('watching')
  })

  test('that heard a bookmark without a version keeps its own', () => {
    const { state, effects } = after(
      [
        [1, bookmark('')],
        [2, end()],
      ],
      watching(),
    )
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '100' })
    expect(effects).toEqual([{ do: 'count', what: 'reconnect' }])
    expect(after([[1, bookmark('')]], watching()).effects).toEqual([])
  })

  test.each([
    [999, 1200],
    [1000, 500],
  ])('that is cut after %d ms without a word comes back after %d ms: it was open if it lived for a second', (now, ms) => {
    expect(after([[now, failure(reset)]], watching()).state).toMatchObject({ is: 'pausing', ms })
  })

  test('that is cut twice in a row is not opened again as soon as the first time', () => {
    const twice = after(
      [
        [5000, failure(reset, true)],
        [5500, time],
        [9000, failure(reset, true)],
      ],
      watching(),
    )
    expect(twice.state).toMatchObject({ is: 'pausing', ms: 1200 })
    expect(reported(twice.effects)).toMatchObject([{ retryIn: 1200, passing: false }])
    expect(reported(after([[5000, failure(reset, true)]], watching()).effects), 'once is no trouble').toMatchObject([
      { retryIn: 500, passing: true },
    ])
  })

  test('whose history is lost counts that, and the list that follows', () => {
    expect(counted(after([[5000, failure(gone, true)]], watching()).effects)).toEqual(['expired', 'relist'])
  })

  test('that is ahead of the server lists the newest, and no history was lost', () => {
    const { state, effects } = after([[5000, failure(ahead)]], watching())
    expect(counted(effects)).toEqual(['relist'])
    expect(after([[5000, time]], state).state).toMatchObject({ is: 'listing', from: '' })
  })

  test.each([
    ['after 30 s of them', 30_000, 'list'],
    ['a moment earlier', 29_999, 'watch'],
  ])('that fails by the server’s own trouble is listed again %s', (_, later, next) => {
    const first = after(
      [
        [100_000, failure(status(500))],
        [101_000, time],
      ],
      watching(),
    )
    expect(after([[100_000 + later, failure(status(500))]], first.state).state).toMatchObject({ is: 'pausing', next })
  })

  test.each([
    ['a minute apart are one trouble', 60_000, 'list'],
    ['more than a minute apart are two', 60_001, 'watch'],
  ])('failures of the server %s', (_, apart, next) => {
    const first = after(
      [
        [100_000, failure(status(500))],
        [101_000, time],
      ],
      watching(),
    )
    expect(after([[100_000 + apart, failure(status(500))]], first.state).state).toMatchObject({ is: 'pausing', next })
  })
})

describe('a streaming list', () => {
  test('is asked for again at the very moment up to which it was refused', () => {
    const refused = after(
      [
        [1000, failure(status(422))],
        [1000, page('9')],
      ],
      streaming(),
    )
    const until = 1000 + STREAMING_REFUSED_FOR
    expect(
      after(
        [
          [until - 1, failure(gone, true)],
          [until - 1, time],
        ],
        refused.state,
      ).state.is,
    ).toBe('listing')
    expect(
      after(
        [
          [until - 1, failure(gone, true)],
          [until, time],
        ],
        refused.state,
      ).state.is,
    ).toBe('streaming')
  })

  test.each<[string, readonly Moment[], boolean]>([
    ['at once and empty: behind a broken proxy', [[999, end()]], false],
    ['after a whole second', [[1000, end()]], true],
    [
      'at once, with something in it',
      [
        [5, added('7')],
        [10, end()],
      ],
      true,
    ],
  ])('that ends %s: taken as not served = $2', (_, moments, notServed) => {
    const { state, effects } = after(moments, streaming())
    expect((state as { streamsFrom: number }).streamsFrom > 0).toBe(notServed)
    expect(effects).toEqual([{ do: 'count', what: 'fallback' }, { do: 'begin' }])
  })

  test('that fails is told of as something that passes: the list in pages comes at once', () => {
    const { effects } = after([[500, failure(status(500))]], streaming())
    expect(reported(effects)).toMatchObject([{ failure: { kind: 'server' }, retryIn: 0, passing: true }])
  })

  test('whose version is lost counts that and tells of it', () => {
    const relist = after(
      [
        [1, bookmark('50', true)],
        [2, failure(gone, true)],
        [2, time],
      ],
      streaming(),
    )
    const { effects } = after([[3, failure(gone)]], relist.state)
    expect(counted(effects)).toEqual(['expired'])
    expect(reported(effects)).toMatchObject([{ failure: { kind: 'expired' }, retryIn: 0, passing: true }])
    expect(counted(after([[3, failure(ahead)]], relist.state).effects), 'ahead of it').toEqual([])
  })
})

describe('a list in pages', () => {
  test('that is not let in waits as long as it is told and a little more, so that not all come back at once', () => {
    const { state, effects } = after([
      [0, start],
      [0, failure(status(429, 'busy', 20))],
    ])
    expect(state).toMatchObject({ is: 'pausing', ms: 21_000, next: 'list' })
    expect(effects).toMatchObject([{ do: 'report', retryIn: 21_000, passing: true }])
  })

  test('that fails is no second list until it is asked for', () => {
    const { effects } = after([
      [0, start],
      [0, failure(status(503))],
    ])
    expect(counted(effects)).toEqual([])
  })

  test('from a version is in one piece the next time, however many pages a server made of it', () => {
    const relist = after(
      [
        [1, failure(gone, true)],
        [1, time],
      ],
      watching(),
    )
    expect(relist.state).toMatchObject({ is: 'listing', from: '100' })
    const paged = after(
      [
        [2, page('', 'more')],
        [3, page('200')],
        [4, failure(gone, true)],
        [2000, time],
      ],
      relist.state,
    )
    expect(paged.state).toMatchObject({ is: 'listing', from: '200', limit: undefined })
  })

  test('that took the place of a stream stays one when its version cannot be had', () => {
    const relist = after(
      [
        [1, bookmark('50', true)],
        [2, failure(gone, true)],
        [2, time],
        [3, failure(status(500))],
      ],
      streaming(),
    )
    expect(relist.state).toMatchObject({ is: 'listing', from: '50' })
    expect(after([[4, failure(gone)]], relist.state).state).toMatchObject({ is: 'listing', from: '' })
  })
})

test.each([
  [120_000, 1600, false],
  [120_001, 800, true],
])('%d ms after a failure the next one waits from %d ms on', (now, base, fresh) => {
  const [later] = nextDelay(freshBackoff, 0, () => 0)
  expect(nextDelay(later, now, () => 0)[1]).toBe(base)
  expect(isFresh(later, now)).toBe(fresh)
})
