import { ApiError, ConnectionError, type KubeObject } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf } from './failure.ts'
import { type Effect, type Fact, initial, type ReflectorState, step } from './machine.ts'

type State = ReflectorState<KubeObject>
const object = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, resourceVersion } })
const page = (resourceVersion: string, token?: string): Fact<KubeObject> => ({
  saw: 'page',
  objects: [object('a', '1')],
  resourceVersion,
  continue: token,
})
const change = (resourceVersion: string): Fact<KubeObject> => ({ saw: 'change', type: 'MODIFIED', object: object('a', resourceVersion) })
const time: Fact<KubeObject> = { saw: 'time' }
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
  { state = initial<KubeObject>(), now = 0, apart = 1000, random = 0.5 } = {},
): { state: State; effects: readonly Effect<KubeObject>[]; now: number } {
  let effects: readonly Effect<KubeObject>[] = []
  for (const fact of facts) {
    now += apart
    ;[state, effects] = step(state, fact, { now, random: () => random })
  }
  return { state, effects, now }
}
const watching = (resourceVersion = '100') => after([page(resourceVersion)]).state
const counted = (effects: readonly Effect<KubeObject>[]) => effects.flatMap((effect) => (effect.do === 'count' ? [effect.what] : []))

describe('the list', () => {
  test('starts with a page of 500', () => {
    expect(initial()).toMatchObject({ is: 'listing', limit: 500, continue: undefined })
  })

  test('goes on from page to page and replaces the store once, with all of them', () => {
    const first = after([page('100', 'next')])
    expect(first.effects).toEqual([])
    expect(first.state).toMatchObject({ is: 'listing', continue: 'next' })
    const second = after([page('100')], { state: first.state })
    expect(second.effects).toMatchObject([{ do: 'replace', resourceVersion: '100', pages: [[{}], [{}]] }])
    expect(second.state).toMatchObject({ is: 'watching', resourceVersion: '100' })
  })

  test('whose token expired between two pages starts over in one piece, at once', () => {
    const { state, effects } = after([page('100', 'next'), failure(gone)])
    expect(state).toMatchObject({ is: 'listing', pages: [], limit: undefined })
    expect(counted(effects)).toEqual(['expired'])
  })

  test('that fails is made again from the first page, later and later, up to a minute', () => {
    const unwell = status(500, 'InternalError')
    let { state, now } = after([page('100', 'next'), failure(unwell)])
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      if (state.is === 'pausing') waits.push(state.ms)
      ;({ state, now } = after([time, failure(unwell)], { state, now }))
    }
    expect(waits).toEqual([1200, 2400, 4800, 9600, 19_200, 38_400, 45_000, 45_000])
    expect(after([time], { state }).state).toMatchObject({ is: 'listing', pages: [], limit: 500 })
  })
})

describe('the watch', () => {
  test('asks for five to ten minutes', () => {
    expect(after([page('1')], { random: 0 }).state).toMatchObject({ timeoutSeconds: 300 })
    expect(after([page('1')], { random: 0.999 }).state).toMatchObject({ timeoutSeconds: 600 })
  })

  test('moves its resource version with every event and every bookmark', () => {
    const { state, effects } = after([change('101'), { saw: 'bookmark', resourceVersion: '140' }], { state: watching() })
    expect(state).toMatchObject({ resourceVersion: '140' })
    expect(effects).toEqual([{ do: 'progress', resourceVersion: '140' }])
  })

  test.each(['server', 'silence', 'deadline'] as const)('that ends by %s goes on at once from where it was', (by) => {
    const { state, effects } = after([change('150'), { saw: 'end', by }], { state: watching() })
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '150', events: 0 })
    expect(counted(effects)).toEqual(by === 'silence' ? ['silence', 'reconnect'] : ['reconnect'])
  })

  test('a quiet watch that ends after its time is no failure, however often', () => {
    let state = watching()
    for (let i = 0; i < 50; i++) ({ state } = after([{ saw: 'end', by: 'server' }], { state, now: i * 300_000, apart: 300_000 }))
    expect(state).toMatchObject({ is: 'watching', failures: 0 })
  })

  test('that ends at once with nothing in it waits, and waits longer each time: a broken proxy must not cause a storm', () => {
    const end: Fact<KubeObject> = { saw: 'end', by: 'server' }
    const first = after([end], { state: watching(), now: 1000, apart: 10 })
    expect(first.state).toMatchObject({ is: 'pausing', next: { watchFrom: '100' }, ms: 1200 })
    expect(after([time, end], { state: first.state, now: first.now, apart: 10 }).state).toMatchObject({ is: 'pausing', ms: 2400 })
  })

  const cases: readonly [string, unknown, boolean, Partial<Extract<State, { is: 'pausing' }>>][] = [
    ['history is gone (410)', gone, true, { next: 'list', ms: 0 }],
    [
      'the server is behind us',
      status(504, 'Timeout', { message: 'Too large resource version: 100, current: 7' }),
      false,
      { next: 'list', ms: 0 },
    ],
    ['the connection was cut', reset, true, { next: { watchFrom: '100' }, ms: 500 }],
    ['the connection is refused', refused, false, { next: { watchFrom: '100' }, ms: 1200 }],
    ['too many requests', status(429, 'TooManyRequests'), false, { next: { watchFrom: '100' }, ms: 1200 }],
    [
      'too many requests, come back in 20 s',
      status(429, 'TooManyRequests', { retryAfterSeconds: 20 }),
      false,
      { next: { watchFrom: '100' }, ms: 21_000 },
    ],
    ['not allowed (403)', status(403, 'Forbidden'), false, { next: { watchFrom: '100' }, ms: 10_000 }],
    ['not known (401)', status(401, 'Unauthorized'), false, { next: { watchFrom: '100' }, ms: 10_000 }],
    ['not served any more (404)', status(404, 'NotFound'), false, { next: 'list', ms: 10_000 }],
    ['the server is in trouble (500)', status(500, 'InternalError'), true, { next: { watchFrom: '100' }, ms: 1200 }],
    ['a frame is no JSON', new SyntaxError('Unexpected token'), true, { next: { watchFrom: '100' }, ms: 1200 }],
  ]
  test.each(cases)('%s', (_, error, opened, expected) => {
    expect(after([failure(error, opened)], { state: watching(), now: 1000, apart: 100 }).state).toMatchObject({
      is: 'pausing',
      ...expected,
    })
  })

  test('that stays broken at one resource version is given up for a list after five failures', () => {
    const broken = failure(new SyntaxError('Unexpected token'), true)
    let state = watching()
    for (let i = 0; i < 4; i++) {
      ;({ state } = after([broken], { state }))
      expect(state).toMatchObject({ next: { watchFrom: '100' } })
      ;({ state } = after([time], { state }))
    }
    expect(after([broken], { state }).state).toMatchObject({ is: 'pausing', next: 'list' })
  })

  test('that stays refused is never given up for a list: the server will come back with its history', () => {
    let state = watching()
    for (let i = 0; i < 100; i++) ({ state } = after([failure(refused), time], { state }))
    expect(state).toMatchObject({ is: 'watching', resourceVersion: '100' })
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
    expect(after([failure(starting)], { state }).state).toMatchObject({ is: 'pausing', ms: 10_000, next: { watchFrom: '100' } })
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
    expect(after([{ saw: 'recovery' }], { state: waiting }).state.is).toBe(
      ends ? (waiting.is === 'pausing' && waiting.next === 'list' ? 'listing' : 'watching') : 'pausing',
    )
  })

  test('that goes on after an outage starts with the shortest delay again', () => {
    let { state, now } = after([failure(refused)], { state: watching() })
    for (let i = 0; i < 8; i++) ({ state, now } = after([time, failure(refused)], { state, now }))
    ;({ state, now } = after([{ saw: 'recovery' }, failure(status(503, 'ServiceUnavailable'))], { state, now }))
    expect(state).toMatchObject({ is: 'pausing', ms: 1200 })
  })

  test('the end of an outage means nothing to what does not wait', () => {
    const listing = initial<KubeObject>()
    expect(after([{ saw: 'recovery' }], { state: listing }).state).toBe(listing)
    const open = watching()
    expect(after([{ saw: 'recovery' }], { state: open }).state).toBe(open)
  })

  test('that breaks after a while without having said anything was open, and comes back soon', () => {
    expect(after([failure(reset)], { state: watching(), now: 60_000 }).state).toMatchObject({ next: { watchFrom: '100' }, ms: 500 })
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

// Whatever happens, the reflector goes on from the last thing it has seen, or lists: it never goes on from later than that.
test('no order of facts makes it skip a resource version', () => {
  const fact: fc.Arbitrary<'change' | 'bookmark' | Fact<KubeObject>> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('change' as const, 'bookmark' as const) },
    fc.constantFrom(
      page('1000'),
      time,
      { saw: 'recovery' as const },
      failure(status(503, 'ServiceUnavailable')),
      failure(gone),
      failure(refused),
      failure(reset, true),
      failure(new Error('broken'), true),
      failure(status(403, 'Forbidden')),
      {
        saw: 'end' as const,
        by: 'server' as const,
      },
    ),
  )
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 60 }), (facts) => {
      let state = initial<KubeObject>()
      let seen = 0
      let version = 1000
      for (const next of facts) {
        if ((next === 'change' || next === 'bookmark') && state.is !== 'watching') continue
        const real: Fact<KubeObject> =
          next === 'change'
            ? change(String(++version))
            : next === 'bookmark'
              ? { saw: 'bookmark', resourceVersion: String(++version) }
              : next
        const [to, effects] = step(state, real, { now: version * 1000, random: () => 0.5 })
        for (const effect of effects) {
          if (effect.do === 'replace') seen = Number(effect.resourceVersion)
          if (effect.do === 'apply') seen = Number(effect.object.metadata.resourceVersion)
          if (effect.do === 'progress') seen = Number(effect.resourceVersion)
          if (effect.do === 'report') expect(effect.retryIn).toBeGreaterThanOrEqual(0)
        }
        if (to.is === 'watching') expect(Number(to.resourceVersion)).toBe(seen)
        if (to.is === 'pausing' && to.next !== 'list') expect(Number(to.next.watchFrom)).toBe(seen)
        state = to
        if (next === 'change' || next === 'bookmark') expect(effects.length).toBe(1)
      }
    }),
  )
})
