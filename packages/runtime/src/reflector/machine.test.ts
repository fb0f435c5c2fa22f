import { ApiError, ConnectionError, type KubeObject } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf } from './failure.ts'
import { step } from './machine.ts'
import { STREAMING_REFUSED_FOR } from './snapshot-steps.ts'
import { type Activity, type Effect, type Fact, type In, initial, type State } from './state.ts'

const object = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, resourceVersion } })
const page = (resourceVersion: string, token?: string): Fact<KubeObject> => ({
  saw: 'page',
  resourceVersion,
  continue: token,
})
const change = (resourceVersion: string, type: 'ADDED' | 'MODIFIED' | 'DELETED' = 'MODIFIED'): Fact<KubeObject> => ({
  saw: 'change',
  type,
  object: object('a', resourceVersion),
  bytes: 100,
})
const bookmark = (resourceVersion: string, initialEventsEnd = false): Fact<KubeObject> => ({
  saw: 'bookmark',
  resourceVersion,
  initialEventsEnd,
})
const start: Fact<KubeObject> = { saw: 'start' }
const time: Fact<KubeObject> = { saw: 'time' }
const end = (by: 'server' | 'silence' | 'deadline' = 'server'): Fact<KubeObject> => ({ saw: 'end', by })
const failure = (error: unknown, opened = false): Fact<KubeObject> => ({ saw: 'failure', failure: failureOf(error), opened })
const status = (code: number, reason: string, extra: { message?: string; retryAfterSeconds?: number } = {}) =>
  new ApiError(
    { code, reason, message: extra.message ?? reason },
    extra.retryAfterSeconds ? { retryAfterSeconds: extra.retryAfterSeconds } : {},
  )
const refused = new ConnectionError('refused', { code: 'ECONNREFUSED' })
const reset = new ConnectionError('reset', { code: 'ECONNRESET' })
const gone = status(410, 'Expired')

/** Takes the facts one after the other, a second apart, with chance in the middle unless told. */
function after(
  facts: readonly Fact<KubeObject>[],
  { state = initial({ streaming: false }) as State, now = 0, apart = 1000, random = 0.5 } = {},
): { state: State; effects: readonly Effect<KubeObject>[]; now: number } {
  let effects: readonly Effect<KubeObject>[] = []
  for (const fact of facts) {
    now += apart
    ;[state, effects] = step(state, fact, { now, random: () => random })
  }
  return { state, effects, now }
}
const listing = () => after([start]).state
const streaming = (facts: readonly Fact<KubeObject>[] = []) => after([start, ...facts], { state: initial() }).state
const watching = (resourceVersion = '100') => after([start, page(resourceVersion)]).state
const counted = (effects: readonly Effect<KubeObject>[]) => effects.flatMap((effect) => (effect.do === 'count' ? [effect.what] : []))

describe('the streaming list', () => {
  test('is asked for first, without a version: what it shows is not older than anything', () => {
    expect(streaming()).toMatchObject({ is: 'streaming', from: '' })
  })

  test('collects what comes, is complete with its bookmark, and goes on as the watch', () => {
    const collected = after([start, change('7', 'ADDED')], { state: initial() })
    expect(collected.effects).toMatchObject([{ do: 'collect', type: 'ADDED', bytes: 100 }])
    expect(collected.state, 'what there was is in no order').toMatchObject({ is: 'streaming', resourceVersion: '' })
    const { state, effects } = after([bookmark('50', true)], collected)
    expect(effects).toEqual([{ do: 'commit', resourceVersion: '50' }])
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '50', synthetic: false })
    expect(after([change('51', 'ADDED')], { state }).effects).toMatchObject([{ do: 'apply', resourceVersion: '51' }])
  })

  test('of a later cycle is asked for not older than what was seen', () => {
    const lost = after([bookmark('50', true), failure(gone, true), time], { state: streaming() })
    expect(lost.state).toMatchObject({ is: 'streaming', from: '50' })
  })

  test.each<[string, unknown, boolean, boolean]>([
    ['422', status(422, 'Invalid'), false, true],
    ['400', status(400, 'BadRequest'), false, true],
    ['406', status(406, 'NotAcceptable'), false, true],
    ['403, for there may be a right to list', status(403, 'Forbidden'), false, false],
    ['404', status(404, 'NotFound'), false, false],
    ['500', status(500, 'InternalError'), false, false],
    ['a cut in the middle', reset, true, false],
    ['a frame that is no JSON', new ConnectionError('cut', { code: 'MALFORMED_FRAME' }), true, false],
  ])('that fails with %s becomes a list in pages at once; remembered = $3', (_, error, opened, remembered) => {
    const { state, effects } = after([failure(error, opened)], { state: streaming(), now: 1000 })
    expect(state).toMatchObject({ is: 'listing', from: '0', limit: 500 })
    expect(counted(effects)).toEqual(['fallback'])
    expect(effects.at(-1)).toEqual({ do: 'begin' })
    expect(
      effects.some((effect) => effect.do === 'report'),
      'what a server does not serve is no failure',
    ).toBe(!remembered)
    const again = after([page('9'), failure(gone, true), time], { state, now: 2000 })
    expect(again.state.is).toBe(remembered ? 'listing' : 'streaming')
  })

  test.each<[string, Fact<KubeObject>]>([
    ['a bookmark that is not the end', bookmark('60')],
    ['silence after the last object', end('silence')],
    ['an end before the end', end('server')],
  ])('whose end never comes because the server does not know it (%s) becomes a list in pages', (_, fact) => {
    const { state, effects } = after([fact], { state: streaming([change('7', 'ADDED')]), now: 10_000 })
    expect(state).toMatchObject({ is: 'listing', streamsFrom: 11_000 + STREAMING_REFUSED_FOR })
    expect(counted(effects)).toEqual(['fallback'])
  })

  test('is tried again half an hour after the server refused it', () => {
    const refusal = after([failure(status(422, 'Invalid')), page('9')], { state: streaming(), now: 1000 })
    const soon = after([failure(gone, true), time], { ...refusal, now: STREAMING_REFUSED_FOR - 10_000 })
    expect(soon.state.is).toBe('listing')
    const later = after([failure(gone, true), time], { ...refusal, now: STREAMING_REFUSED_FOR + 10_000 })
    expect(later.state.is).toBe('streaming')
  })

  test('that ends at once, as behind a broken proxy, says nothing about the server', () => {
    const { state } = after([end()], { state: streaming(), now: 1000, apart: 10 })
    expect(state).toMatchObject({ is: 'listing', streamsFrom: Number.NEGATIVE_INFINITY })
  })

  test.each<[string, unknown, number]>([
    ['the connection is refused', refused, 1200],
    ['too many requests, come back in 20 s', status(429, 'TooManyRequests', { retryAfterSeconds: 20 }), 21_000],
    ['the server starts', status(503, 'ServiceUnavailable'), 1200],
  ])('is asked for again after a wait: %s', (_, error, ms) => {
    const { state } = after([failure(error)], { state: streaming() })
    expect(state).toMatchObject({ is: 'pausing', next: 'list', ms })
    expect(after([time], { state }).state.is).toBe('streaming')
  })

  test.each<[string, unknown]>([
    ['expired', gone],
    ['ahead', status(504, 'Timeout', { message: 'Too large resource version: 50, current: 7' })],
  ])('at a version that cannot be had (%s) is asked for the newest, at once, and only then in pages', (_, error) => {
    const relist = after([bookmark('50', true), failure(gone, true), time], { state: streaming() })
    const newest = after([failure(error)], relist)
    expect(newest.state).toMatchObject({ is: 'streaming', from: '' })
    expect(newest.effects.at(-1)).toEqual({ do: 'begin' })
    expect(after([failure(error)], newest).state).toMatchObject({ is: 'listing', from: '', limit: 500 })
  })

  test('can be switched off', () => {
    expect(after([start, page('1'), failure(gone, true), time], { now: 10 ** 12 }).state.is).toBe('listing')
  })
})

describe('the list', () => {
  test('starts with a page of 500 of whatever the server has in memory', () => {
    const { state, effects } = after([start])
    expect(state).toMatchObject({ is: 'listing', from: '0', limit: 500, continue: undefined })
    expect(effects).toEqual([{ do: 'begin' }])
  })

  test('goes on from page to page and is what there is once, with the last of them', () => {
    const first = after([start, page('100', 'next')])
    expect(first.effects).toEqual([])
    expect(first.state).toMatchObject({ is: 'listing', continue: 'next' })
    const second = after([page('100')], { state: first.state })
    expect(second.effects).toEqual([{ do: 'commit', resourceVersion: '100' }])
    expect(second.state).toMatchObject({ is: 'watching', resourceVersion: '100' })
  })

  test('after the first asks for nothing older than what was seen, in one piece, for a limit would be read from etcd', () => {
    const { state } = after([start, page('100'), change('150'), failure(gone, true), time])
    expect(state).toMatchObject({ is: 'listing', from: '150', limit: undefined })
  })

  test('stays in pages where the server paged though it was asked for what it has in memory', () => {
    const { state } = after([start, page('100', 'next'), page('100'), failure(gone, true), time])
    expect(state).toMatchObject({ is: 'listing', from: '100', limit: 500, paginated: true })
  })

  test('whose token expired between two pages starts over in one piece, at once', () => {
    const { state, effects } = after([start, page('100', 'next'), failure(gone)])
    expect(state).toMatchObject({ is: 'listing', from: '0', pages: 0, limit: undefined, continue: undefined })
    expect(counted(effects)).toEqual(['expired'])
    expect(effects.at(-1)).toEqual({ do: 'begin' })
  })

  test.each<[string, unknown]>([
    ['expired', gone],
    ['ahead of the server', status(504, 'Timeout', { message: 'Too large resource version: 100, current: 7' })],
  ])('at a version that is %s is made of the newest, at once; the next cycle trusts versions again', (_, error) => {
    const relist = after([start, page('100'), failure(gone, true), time])
    const newest = after([failure(error)], relist)
    expect(newest.state).toMatchObject({ is: 'listing', from: '', limit: 500, versionUnavailable: true })
    const good = after([page('7')], newest)
    expect(good.state).toMatchObject({ is: 'watching', resourceVersion: '7', versionUnavailable: false })
    expect(after([failure(error)], newest).state, 'no loop when that fails too').toMatchObject({ is: 'pausing', next: 'list' })
  })

  test('that fails is made again from the first page, later and later, up to a minute', () => {
    const unwell = status(500, 'InternalError')
    let { state, now } = after([start, page('100', 'next'), failure(unwell)])
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      if (state.is === 'pausing') waits.push(state.ms)
      ;({ state, now } = after([time, failure(unwell)], { state, now }))
    }
    expect(waits).toEqual([1200, 2400, 4800, 9600, 19_200, 38_400, 45_000, 45_000])
    expect(after([time], { state }).state).toMatchObject({ is: 'listing', pages: 0, limit: 500 })
  })
})

describe('the watch', () => {
  test('asks for five to ten minutes', () => {
    expect(after([start, page('1')], { random: 0 }).state).toMatchObject({ timeoutSeconds: 300 })
    expect(after([start, page('1')], { random: 0.999 }).state).toMatchObject({ timeoutSeconds: 600 })
  })

  test('P4: the place to resume from moves with every event and every bookmark', () => {
    const { state, effects } = after([change('101'), bookmark('140')], { state: watching() })
    expect(state).toMatchObject({ resourceVersion: '140' })
    expect(effects).toEqual([{ do: 'progress', resourceVersion: '140' }])
  })

  test.each(['server', 'silence', 'deadline'] as const)('that ends by %s goes on at once from where it was', (by) => {
    const { state, effects } = after([change('150'), end(by)], { state: watching() })
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '150', events: 0 })
    expect(counted(effects)).toEqual(by === 'silence' ? ['silence', 'reconnect'] : ['reconnect'])
  })

  test('a quiet watch that ends after its time is no failure, however often', () => {
    let state = watching()
    for (let i = 0; i < 50; i++) ({ state } = after([end()], { state, now: i * 300_000, apart: 300_000 }))
    expect(state).toMatchObject({ is: 'watching', failures: 0 })
  })

  test('that ends at once with nothing in it waits, and waits longer each time: a broken proxy must not cause a storm', () => {
    const first = after([end()], { state: watching(), now: 1000, apart: 10 })
    expect(first.state).toMatchObject({ is: 'pausing', next: 'watch', ms: 1200 })
    expect(after([time, end()], { state: first.state, now: first.now, apart: 10 }).state).toMatchObject({ is: 'pausing', ms: 2400 })
  })

  const cases: readonly [string, unknown, boolean, Partial<In<'pausing'>>][] = [
    ['history is gone (410)', gone, true, { next: 'list', ms: 0 }],
    [
      'the server is behind us',
      status(504, 'Timeout', { message: 'Too large resource version: 100, current: 7' }),
      false,
      { next: 'list', ms: 0 },
    ],
    ['the connection was cut', reset, true, { next: 'watch', ms: 500 }],
    ['the connection is refused', refused, false, { next: 'watch', ms: 1200 }],
    ['too many requests', status(429, 'TooManyRequests'), false, { next: 'watch', ms: 1200 }],
    [
      'too many requests, come back in 20 s',
      status(429, 'TooManyRequests', { retryAfterSeconds: 20 }),
      false,
      { next: 'watch', ms: 21_000 },
    ],
    ['not allowed (403)', status(403, 'Forbidden'), false, { next: 'watch', ms: 10_000 }],
    ['not known (401)', status(401, 'Unauthorized'), false, { next: 'watch', ms: 10_000 }],
    ['not served any more (404)', status(404, 'NotFound'), false, { next: 'list', ms: 10_000 }],
    ['the server is in trouble (500)', status(500, 'InternalError'), true, { next: 'watch', ms: 1200 }],
    ['a frame is no JSON', new SyntaxError('Unexpected token'), true, { next: 'watch', ms: 1200 }],
  ]
  test.each(cases)('%s', (_, error, opened, expected) => {
    expect(after([failure(error, opened)], { state: watching(), now: 1000, apart: 100 }).state).toMatchObject({
      is: 'pausing',
      resourceVersion: '100',
      ...expected,
    })
  })

  test('that stays broken at one resource version is given up for a list after five failures', () => {
    const broken = failure(new SyntaxError('Unexpected token'), true)
    let state = watching()
    for (let i = 0; i < 4; i++) {
      ;({ state } = after([broken], { state }))
      expect(state).toMatchObject({ next: 'watch' })
      ;({ state } = after([time], { state }))
    }
    expect(after([broken], { state }).state).toMatchObject({ is: 'pausing', next: 'list' })
  })

  test('that stays refused is never given up for a list: the server will come back with its history', () => {
    let state = watching()
    for (let i = 0; i < 100; i++) ({ state } = after([failure(refused), time], { state }))
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '100' })
  })

  test('that is put off is opened when the server says, three times; then later and later', () => {
    const busy = failure(status(429, 'TooManyRequests', { retryAfterSeconds: 1 }))
    let { state, now } = after([busy], { state: watching() })
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      if (state.is === 'pausing') waits.push(state.ms)
      ;({ state, now } = after([time, busy], { state, now }))
    }
    expect(waits).toEqual([1050, 1050, 1050, 1200, 2400, 4800])
  })

  test('that could not connect for long tries every ten seconds, not every minute', () => {
    let state = watching()
    for (let i = 0; i < 20; i++) ({ state } = after([failure(refused), time], { state }))
    expect(after([failure(refused)], { state }).state).toMatchObject({ is: 'pausing', ms: 10_000 })
  })

  // Seen with kube-apiserver: after an outage of a minute its watch cache begins anew and answers 410. The list waited another 45 s.
  test('that finds its history gone after an outage is listed at once, however long the outage was', () => {
    let { state, now } = after([failure(refused), time], { state: watching() })
    for (let i = 0; i < 20; i++) ({ state, now } = after([failure(refused), time], { state, now }))
    expect(after([failure(gone)], { state, now }).state).toMatchObject({ is: 'pausing', next: 'list', ms: 0 })
  })

  // Seen with kube-apiserver: 39 s after it had been away for 45 s, and answered the first request with 503.
  test('that meets a server which starts does not wait for as long as the server was away', () => {
    let state = watching()
    for (let i = 0; i < 20; i++) ({ state } = after([failure(refused), time], { state }))
    const starting = status(503, 'ServiceUnavailable', { retryAfterSeconds: 5 })
    expect(after([failure(starting)], { state }).state).toMatchObject({ is: 'pausing', ms: 10_000, next: 'watch' })
    const patient = status(503, 'ServiceUnavailable', { retryAfterSeconds: 20 })
    expect(after([failure(patient)], { state }).state, 'Retry-After is a minimum').toMatchObject({ ms: 20_000 })
  })

  test.each<[string, unknown, boolean]>([
    ['refused', refused, true],
    ['503', status(503, 'ServiceUnavailable', { retryAfterSeconds: 5 }), true],
    ['500', status(500, 'InternalError'), true],
    ['429', status(429, 'TooManyRequests'), false],
    ['403', status(403, 'Forbidden'), false],
    ['404', status(404, 'NotFound'), false],
  ])('whose wait after %s: the end of an outage ends it = %#', (_, error, ends) => {
    const waiting = after([failure(error)], { state: watching() }).state
    expect(after([{ saw: 'recovery' }], { state: waiting }).state.is).toBe(ends ? 'watching' : 'pausing')
  })

  test('that goes on after an outage starts with the shortest delay again', () => {
    let { state, now } = after([failure(refused)], { state: watching() })
    for (let i = 0; i < 8; i++) ({ state, now } = after([time, failure(refused)], { state, now }))
    ;({ state, now } = after([{ saw: 'recovery' }, failure(status(503, 'ServiceUnavailable'))], { state, now }))
    expect(state).toMatchObject({ is: 'pausing', ms: 1200 })
  })

  test('the end of an outage means nothing to what does not wait', () => {
    const busy = listing()
    expect(after([{ saw: 'recovery' }], { state: busy }).state).toBe(busy)
    const open = watching()
    expect(after([{ saw: 'recovery' }], { state: open }).state).toBe(open)
  })

  test('that breaks after a while without having said anything was open, and comes back soon', () => {
    expect(after([failure(reset)], { state: watching(), now: 60_000 }).state).toMatchObject({ next: 'watch', ms: 500 })
  })

  test('expired again and again is listed later and later', () => {
    let { state, now } = after([failure(gone)], { state: watching() })
    ;({ state, now } = after([time, page('200'), failure(gone)], { state, now }))
    expect(state).toMatchObject({ is: 'pausing', next: 'list', ms: 2400 })
  })

  test('after two quiet minutes a failure waits as short as the first did', () => {
    const unwell = failure(status(500, 'InternalError'))
    let { state, now } = after([unwell, time, unwell, time, change('101')], { state: watching() })
    ;({ state, now } = after([unwell], { state, now: now + 121_000 }))
    expect(state).toMatchObject({ ms: 1200 })
  })
})

describe('a watch without a version to begin at', () => {
  const versionless = () => after([start, page('')]).state

  test('shows what there is in no order: nothing of that is a place to resume from', () => {
    const { state, effects } = after([change('70', 'ADDED'), change('60', 'ADDED')], { state: versionless() })
    expect(effects).toMatchObject([{ do: 'apply', resourceVersion: undefined }])
    expect(state).toMatchObject({ resourceVersion: '', synthetic: true })
    expect(after([change('71')], { state }).state).toMatchObject({ resourceVersion: '71', synthetic: false })
    expect(after([bookmark('71')], { state }).state).toMatchObject({ resourceVersion: '71', synthetic: false })
  })

  test('that ends before it had one is listed again, for nothing else tells what was deleted', () => {
    const { state, effects } = after([end()], { state: versionless(), now: 300_000 })
    expect(state).toMatchObject({ is: 'listing' })
    expect(counted(effects)).toEqual(['relist'])
    expect(after([failure(reset, true)], { state: versionless() }).state).toMatchObject({ is: 'pausing', next: 'list' })
  })
})

describe('answers 500', () => {
  const unwell = failure(status(500, 'InternalError'), true)

  test('are borne for half a minute at the same place, events in between or not, and then listed past', () => {
    let { state, now } = after([unwell, time], { state: watching() })
    for (let i = 0; i < 5; i++) ({ state, now } = after([change(String(101 + i)), unwell, time], { state, now }))
    expect(state, '15 s').toMatchObject({ is: 'watching', resourceVersion: '105' })
    const after30 = after([unwell], { state, now: now + 15_000 })
    expect(after30.state).toMatchObject({ is: 'pausing', next: 'list' })
    expect(counted(after30.effects)).toEqual(['relist'])
  })

  test('a minute apart have nothing to do with each other', () => {
    let { state, now } = after([unwell, time], { state: watching() })
    for (let i = 0; i < 10; i++) {
      ;({ state, now } = after([unwell], { state, now: now + 61_000 }))
      expect(state).toMatchObject({ is: 'pausing', next: 'watch' })
      ;({ state, now } = after([time], { state, now }))
    }
  })
})

// Pepr's client had its transitions spread over callbacks and flags: a reconnect that stayed pending, a continue token of an earlier list.
describe('P12: every transition is one of the table, and what does not belong to a state changes nothing', () => {
  const pausing = () => after([failure(refused)], { state: watching() }).state
  const states: Readonly<Record<Activity['is'], () => State>> = {
    empty: () => initial(),
    streaming,
    listing,
    watching,
    pausing,
  }
  const facts: Readonly<Record<string, Fact<KubeObject>>> = {
    start,
    page: page('100'),
    'page with more': page('100', 'next'),
    change: change('101'),
    bookmark: bookmark('102'),
    'end of the initial events': bookmark('102', true),
    'end by the server': end(),
    'end by silence': end('silence'),
    'end by deadline': end('deadline'),
    expired: failure(gone, true),
    ahead: failure(status(504, 'Timeout', { message: 'Too large resource version: 100' })),
    throttled: failure(status(429, 'TooManyRequests')),
    unreachable: failure(refused),
    unavailable: failure(status(503, 'ServiceUnavailable')),
    denied: failure(status(403, 'Forbidden')),
    absent: failure(status(404, 'NotFound')),
    server: failure(status(500, 'InternalError')),
    broken: failure(new SyntaxError('Unexpected token'), true),
    time,
    recovery: { saw: 'recovery' },
  }
  /** What comes of it; what is not here leaves the state as it is. */
  const table: Readonly<Record<Activity['is'], Readonly<Record<string, string>>>> = {
    empty: { start: 'streaming' },
    streaming: {
      change: 'streaming',
      bookmark: 'listing',
      'end of the initial events': 'watching',
      'end by the server': 'listing',
      'end by silence': 'listing',
      'end by deadline': 'listing',
      expired: 'listing',
      ahead: 'listing',
      throttled: 'pausing list',
      unreachable: 'pausing list',
      unavailable: 'pausing list',
      denied: 'listing',
      absent: 'listing',
      server: 'listing',
      broken: 'listing',
    },
    listing: {
      page: 'watching',
      'page with more': 'listing',
      expired: 'listing',
      ahead: 'listing',
      throttled: 'pausing list',
      unreachable: 'pausing list',
      unavailable: 'pausing list',
      denied: 'pausing list',
      absent: 'pausing list',
      server: 'pausing list',
      broken: 'pausing list',
    },
    watching: {
      change: 'watching',
      bookmark: 'watching',
      'end of the initial events': 'watching',
      'end by the server': 'watching',
      'end by silence': 'watching',
      'end by deadline': 'watching',
      expired: 'pausing list',
      ahead: 'pausing list',
      throttled: 'pausing watch',
      unreachable: 'pausing watch',
      unavailable: 'pausing watch',
      denied: 'pausing watch',
      absent: 'pausing list',
      server: 'pausing watch',
      broken: 'pausing watch',
    },
    pausing: { time: 'watching', recovery: 'watching' },
  }
  const cases = Object.keys(states).flatMap((state) => Object.keys(facts).map((fact) => [state as Activity['is'], fact] as const))
  test.each(cases)('%s, %s', (from, fact) => {
    const before = states[from]()
    const { state, effects } = after([facts[fact]!], { state: before, now: 10_000 })
    const expected = table[from][fact]
    if (expected === undefined) expect([state, effects]).toEqual([before, []])
    else expect(state.is === 'pausing' ? `pausing ${state.next}` : state.is).toBe(expected)
    // Whatever becomes a list begins a new snapshot, and nothing else does.
    const begins = effects.some((effect) => effect.do === 'begin')
    expect(begins).toBe(
      state !== before && (state.is === 'streaming' || state.is === 'listing') && fact !== 'change' && fact !== 'page with more',
    )
  })
})

// Whatever happens, the reflector goes on from the last thing it has seen, or lists: it never goes on from later than that.
test('no order of facts makes it skip a resource version', () => {
  const fact: fc.Arbitrary<'change' | 'bookmark' | Fact<KubeObject>> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('change' as const, 'bookmark' as const) },
    fc.constantFrom(
      page('1000'),
      bookmark('1000', true),
      start,
      time,
      { saw: 'recovery' as const },
      failure(status(503, 'ServiceUnavailable')),
      failure(status(422, 'Invalid')),
      failure(gone),
      failure(refused),
      failure(reset, true),
      failure(new Error('broken'), true),
      failure(status(403, 'Forbidden')),
      end(),
      end('silence'),
    ),
  )
  fc.assert(
    fc.property(fc.boolean(), fc.array(fact, { maxLength: 60 }), (streamingLists, facts) => {
      let state = initial({ streaming: streamingLists })
      let seen = ''
      let version = 1000
      let collecting = false
      for (const next of facts) {
        if ((next === 'change' || next === 'bookmark') && state.is !== 'watching') continue
        const real = next === 'change' ? change(String(++version)) : next === 'bookmark' ? bookmark(String(++version)) : next
        // A server says the end of the initial events once in a stream.
        if (real.saw === 'bookmark' && real.initialEventsEnd && state.is === 'watching') continue
        const [to, effects] = step(state, real, { now: version * 1000, random: () => 0.5 })
        for (const effect of effects) {
          if (effect.do === 'begin') collecting = true
          if (effect.do === 'commit') {
            expect(collecting, 'nothing is complete that was not begun').toBe(true)
            collecting = false
          }
          if (effect.do === 'commit' || effect.do === 'progress') seen = effect.resourceVersion
          if (effect.do === 'apply') seen = effect.resourceVersion ?? seen
          if (effect.do === 'report') expect(effect.retryIn).toBeGreaterThanOrEqual(0)
        }
        expect(to.resourceVersion).toBe(seen)
        if (to.is === 'watching') expect(collecting).toBe(false)
        state = to
        if (next === 'change' || next === 'bookmark') expect(effects.length).toBe(1)
      }
    }),
  )
})

describe('when something else is wanted', () => {
  const reselection: Fact<KubeObject> = { saw: 'reselection' }

  test.each([
    ['a watch', () => watching('100')],
    ['a list', () => after([page('100'), { saw: 'reselection' }], { state: listing() }).state],
  ])('%s ends for a list that is no older than what was seen', (_, from) => {
    const { state, effects } = after([reselection], { state: from() })
    expect(state).toMatchObject({ is: 'listing', from: '100', pages: 0 })
    expect(effects).toEqual([{ do: 'count', what: 'relist' }, { do: 'begin' }])
  })

  test('a wait for the server is not cut short, but a list is made after it', () => {
    const waiting = after([failure(refused)], { state: watching('100') })
    expect(waiting.state).toMatchObject({ is: 'pausing', next: 'watch' })
    const { state, effects } = after([reselection], waiting)
    expect(state).toEqual({ ...waiting.state, next: 'list' })
    expect(effects).toEqual([])
    expect(after([time], { state }).state).toMatchObject({ is: 'listing', from: '100' })
  })

  test('before the beginning that is nothing', () => {
    expect(after([reselection], { state: initial() })).toMatchObject({ state: initial(), effects: [] })
  })
})
