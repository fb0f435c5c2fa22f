// What an object's keeper reads: why it goes then, or why it stays. And the limits to the millisecond.
import { describe, expect, test } from 'vitest'
import { type Facts, known, NO_FACTS, unknown } from '../facts/facts.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import { parseMomentPath } from '../fields/moment.ts'
import { expiryOf, type Mode } from './expiry.ts'
import { fallsDue, type Lifetime } from './lifetime.ts'
import { ownWord, PEERS } from './own-word.ts'
import { LONGEST, parseSpan, parseTimeToLive } from './time-to-live.ts'

const created = '2026-01-01T00:00:00Z'
const createdAt = Date.parse(created) + 999
const HOUR = 3_600_000
const DAY = 24 * HOUR
const object = (metadata: object = {}, more: object = {}) => ({
  metadata: { name: 'x', namespace: 'team', creationTimestamp: created, ...metadata },
  ...more,
})
const unstamped = object({ creationTimestamp: undefined })
const context = { now: createdAt, facts: NO_FACTS }

describe('a mode', () => {
  const kind = { group: 'example.dev', version: 'v1', kind: 'Thing' }
  const field = (more: Partial<Mode & { mode: 'field' }> = {}): Mode => ({
    mode: 'field',
    path: parseFieldPath('spec.ttl'),
    mappings: undefined,
    otherwise: undefined,
    ...more,
  })
  const fixed: Mode = { mode: 'fixed', milliseconds: HOUR }
  const mapped = field({ mappings: new Map([['gold', HOUR]]) })
  const ofTtl = (ttl: unknown) => object({}, { spec: { ttl } })

  test.each<[string, Mode, object, string, string]>([
    ['of an object that is not stamped', fixed, unstamped, 'blocked', 'it has no creationTimestamp'],
    ['"at once"', { mode: 'at once' }, object(), 'at', 'since it was created'],
    ['"fixed"', fixed, object(), 'at', 'a fixed time after its creation'],
    ['"field" with null', field(), ofTtl(null), 'unset', 'nothing stands at spec.ttl'],
    ['"field" with a time to live', field(), ofTtl('1h'), 'at', 'by the time to live at spec.ttl'],
    ['"field" with a time', field(), ofTtl('2026-02-01'), 'at', 'by the time at spec.ttl'],
    ['"field" with "never"', field(), ofTtl('never'), 'never', 'spec.ttl says so'],
    ['"field" with its default', field({ otherwise: HOUR }), object(), 'at', 'by the default, after its creation'],
    ['"mapped"', mapped, ofTtl('gold'), 'at', 'by the value at spec.ttl'],
    [
      '"mapped" with an object that has no text',
      mapped,
      ofTtl({ toString: 0 }),
      'unset',
      'mappings has no entry for the value at spec.ttl',
    ],
    ['"mapped" with a list of its entry', mapped, ofTtl(['gold']), 'unset', 'mappings has no entry for the value at spec.ttl'],
    ['"mapped" without an entry', mapped, ofTtl('tin'), 'unset', 'mappings has no entry for the value at spec.ttl'],
    [
      '"relative"',
      { mode: 'relative', path: parseMomentPath('status.completionTime', kind), milliseconds: HOUR },
      object({}, { status: { completionTime: created } }),
      'at',
      'a fixed time after status.completionTime',
    ],
    ['of a hundred years', { mode: 'fixed', milliseconds: LONGEST }, object(), 'at', 'a fixed time after its creation'],
    ['of more', { mode: 'fixed', milliseconds: LONGEST + 1 }, object(), 'never', 'its time to live is longer than a hundred years'],
  ])('%s', (_, mode, of, is, reason) => {
    expect(expiryOf(mode, of as never, context)).toMatchObject({ is, reason })
  })

  test('"at once" is due since the object was created', () => {
    expect(expiryOf({ mode: 'at once' }, object(), context)).toMatchObject({ at: createdAt })
  })
})

const lifetime = (more: Partial<Lifetime> = {}): Lifetime => ({
  mode: undefined,
  own: undefined,
  longest: undefined,
  quota: undefined,
  ...more,
})
const own = { peers: [], namespaceDefault: false }
const inAWeek = { mode: 'fixed', milliseconds: 7 * DAY } as const

test.each<[string, Lifetime, object, object]>([
  ['a policy that says nothing', lifetime(), {}, { is: 'unset', reason: 'nothing says how long it may live' }],
  ['a word', lifetime({ own }), { annotations: { 'kubewright.dev/ttl': '1h' } }, { is: 'at', reason: 'by kubewright.dev/ttl' }],
  [
    'a word that keeps it',
    lifetime({ own }),
    { labels: { 'kubewright.dev/ttl': 'never' } },
    { is: 'never', reason: 'kubewright.dev/ttl says so' },
  ],
])('the reason is given: %s', (_, of, metadata, expected) => {
  expect(fallsDue(of, object(metadata), context)).toMatchObject(expected)
})

describe('the longest time that a policy allows', () => {
  const capped = (of: Partial<Lifetime>, metadata: object = {}) => fallsDue(lifetime({ longest: DAY, ...of }), object(metadata), context)

  test('ends what would live longer', () => {
    expect(capped({ mode: inAWeek })).toEqual({ is: 'at', at: createdAt + DAY, reason: 'by the longest time that the policy allows' })
  })

  test.each([HOUR, DAY])('leaves what ends by then as it is (%d ms)', (milliseconds) => {
    expect(capped({ mode: { mode: 'fixed', milliseconds } })).toEqual({
      is: 'at',
      at: createdAt + milliseconds,
      reason: 'a fixed time after its creation',
    })
  })

  test('is no reason for an end where there is none: what is kept is kept, what cannot be read is told of', () => {
    expect(capped({ own }, { annotations: { 'kubewright.dev/ttl': 'never' } }).is).toBe('never')
    expect(capped({ own }, { annotations: { 'kubewright.dev/ttl': 'rubbish' } }).is).toBe('blocked')
    expect(capped({}).is).toBe('unset')
  })

  test('counts from a creation that is known: without it the object’s own end stands', () => {
    const word = { annotations: { 'kubewright.dev/expires': '2027-01-01' }, creationTimestamp: undefined }
    expect(capped({ own }, word)).toMatchObject({ is: 'at', at: Date.parse('2027-01-02T00:00:00Z') })
  })
})

describe('the pressure of a quota', () => {
  const quota = { above: 0.8, resources: ['pods'], milliseconds: HOUR }
  const asked: string[] = []
  const filled = (value: ReturnType<Facts['quota']>): Facts => ({
    ...NO_FACTS,
    quota: (namespace) => {
      asked.push(namespace)
      return value
    },
  })
  const pressed = (value: ReturnType<Facts['quota']>, { mode = inAWeek as Mode, metadata = {} } = {}) =>
    fallsDue(lifetime({ mode, quota }), object(metadata), { now: createdAt, facts: filled(value) })

  test('brings the end forward when the namespace is as full as that', () => {
    expect(pressed(known(0.8))).toEqual({
      is: 'at',
      at: createdAt + HOUR,
      reason: 'earlier, because the quota of its namespace is nearly used up',
    })
  })

  test.each([
    ['less full', known(0.79)],
    ['not limited', known(undefined)],
    ['not to be seen', unknown('no right')],
  ])('does nothing where it is %s', (_, value) => {
    expect(pressed(value)).toMatchObject({ at: createdAt + 7 * DAY })
  })

  test.each([HOUR, HOUR - 1])('does nothing to what ends within that time anyway (%d ms)', (milliseconds) => {
    expect(pressed(known(1), { mode: { mode: 'fixed', milliseconds } })).toMatchObject({ reason: 'a fixed time after its creation' })
  })

  test('asks for no quota of an object without a namespace, or without a creation', () => {
    asked.length = 0
    expect(pressed(known(1), { metadata: { namespace: undefined } })).toMatchObject({ at: createdAt + 7 * DAY })
    const word = { annotations: { 'kubewright.dev/expires': '2027-01-01' }, creationTimestamp: undefined }
    const expiry = fallsDue(lifetime({ own, quota }), object(word), { now: createdAt, facts: filled(known(1)) })
    expect(expiry).toMatchObject({ is: 'at', at: Date.parse('2027-01-02T00:00:00Z') })
    expect(asked).toEqual([])
  })
})

describe('the word of a namespace', () => {
  const withDefault = lifetime({ own: { ...own, namespaceDefault: true } })
  const facts: Facts = { ...NO_FACTS, namespace: () => known({ annotations: { 'kubewright.dev/default-ttl': '1h' }, labels: {} }) as never }

  test('is named as that', () => {
    expect(fallsDue(withDefault, object(), { now: createdAt, facts })).toEqual({
      is: 'at',
      at: createdAt + HOUR,
      reason: 'by kubewright.dev/default-ttl of its namespace',
    })
  })

  test('says nothing of an object that is in none, and nothing that can be known of one that is not stamped', () => {
    expect(fallsDue(withDefault, object({ namespace: undefined }), { now: createdAt, facts }).is).toBe('unset')
    expect(fallsDue(withDefault, unstamped, { now: createdAt, facts })).toEqual({ is: 'blocked', reason: 'it has no creationTimestamp' })
  })
})

describe('an own word', () => {
  const word = (annotations: Record<string, string>, metadata: object = {}) =>
    ownWord({ peers: PEERS }, object({ annotations, ...metadata }))

  test('that counts from a creation which is not there is invalid, and says which time is missing', () => {
    const problem = 'creationTimestamp is no RFC 3339 time'
    expect(word({ 'kubewright.dev/ttl': '1h' }, { creationTimestamp: undefined })).toEqual({ is: 'invalid', problem })
    expect(
      word({ 'janitor/ttl': '1h', 'kubewright.dev/refreshed-at': created }, { creationTimestamp: undefined }),
      'of others nothing was promised',
    ).toEqual({ is: 'invalid', problem })
  })

  test('in kube-janitor’s short form is a time in UTC, and in no one else’s', () => {
    expect(word({ 'janitor/expires': '2026-02-01T12:00' })).toMatchObject({ is: 'at', at: Date.parse('2026-02-01T12:00:00Z') + 999 })
    expect(word({ 'janitor/expires': '2026-02-01T12:00:30Z' })).toMatchObject({ is: 'at', at: Date.parse('2026-02-01T12:00:30Z') + 999 })
    expect(word({ 'kubewright.dev/expires': '2026-02-01T12:00' }).is).toBe('invalid')
  })

  test('that comes first of two that say the same is the one that is named', () => {
    expect(word({ 'kubewright.dev/ttl': '1h', 'janitor/ttl': '1h' })).toMatchObject({ name: 'kubewright.dev/ttl' })
    expect(word({ 'kubewright.dev/ttl': 'never', 'janitor/ttl': 'never' })).toMatchObject({ name: 'kubewright.dev/ttl' })
    expect(word({ 'kubewright.dev/ttl': '2h', 'janitor/ttl': '1h' }), 'the longer one').toMatchObject({ name: 'kubewright.dev/ttl' })
  })

  test('in the form of labels has to be a time of the calendar', () => {
    expect(word({ 'kubewright.dev/expires': '2026-02-31T120000Z' })).toEqual({
      is: 'invalid',
      problem: expect.stringContaining('"2026-02-31T120000Z"') as string,
    })
  })
})

describe('what is no time to live says what it is', () => {
  test.each<[unknown, string]>([
    [['1h'], 'a list is no time to live'],
    [{}, 'an object is no time to live'],
    [true, 'a boolean is no time to live'],
    ['P1Y', '"P1Y" is no ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P1DT2H'],
    ['x'.repeat(40), `"${'x'.repeat(40)}" is no duration`],
    ['x'.repeat(41), `"${'x'.repeat(40)}…" is no duration`],
  ])('%j', (value, problem) => {
    expect(parseTimeToLive(value)).toEqual({ is: 'invalid', problem: expect.stringContaining(problem) as string })
  })

  test.each([
    ['2w', 14 * DAY],
    ['3d', 3 * DAY],
    ['1w1d', 8 * DAY],
  ])('%s is whole days', (text, milliseconds) => {
    expect(parseTimeToLive(text)).toEqual({ is: 'after', milliseconds })
  })

  test.each<[unknown, number | string]>([
    ['1h', HOUR],
    ['rubbish', expect.stringContaining('is no duration') as unknown as string],
    ['never', '"never" is no duration: write seconds, or like 90s, 1h30m, 7d, P1DT2H'],
    ['2026-02-01', '"2026-02-01" is no duration: write seconds, or like 90s, 1h30m, 7d, P1DT2H'],
  ])('a span is a duration and nothing else: %s', (value, expected) => {
    expect(parseSpan(value)).toEqual(expected)
  })
})
