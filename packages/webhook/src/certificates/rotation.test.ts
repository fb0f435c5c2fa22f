import { describe, expect, test } from 'vitest'
import { decide, type Holdings, type Observations } from './rotation.ts'
import { resolveRotation } from './settings.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 0, 1)
const settings = resolveRotation()
const valid = (days: number, since = -1) => ({ notBefore: NOW + since * DAY, notAfter: NOW + days * DAY })
const steady: Holdings = { is: 'steady', authority: valid(3_000), server: valid(300), asked: false }

const decision = (held: Partial<Holdings>, seen: Partial<Observations> = {}) =>
  decide({ ...steady, ...held }, { now: NOW, carriedFor: undefined, retiredFor: 0, ...seen }, settings)

describe('nothing works, so everything is new at once', () => {
  test.each<[string, Partial<Holdings>]>([
    ['there is nothing', { is: 'nothing', authority: undefined, server: undefined }],
    ['the authority is broken', { authority: undefined }],
    ['the authority has expired', { authority: valid(-1, -9) }],
    ['the authority is of the future', { authority: valid(9, 1) }],
    ['it expired while it retired', { is: 'retiring', authority: valid(-1, -9) }],
  ])('%s', (_, held) => expect(decision(held).do).toBe('begin'))
})

describe('the server certificate alone is renewed', () => {
  test.each<[string, Partial<Holdings>]>([
    ['it is broken, or for other names', { server: undefined }],
    ['it has expired', { server: valid(-1, -9) }],
    ['it expires within 90 days', { server: valid(89) }],
    ['it is broken while the next authority is announced', { is: 'announcing', server: undefined }],
  ])('%s', (_, held) => expect(decision(held).do).toBe('renew-server'))
})

describe('a new authority takes three steps', () => {
  test.each<[string, Partial<Holdings>, Partial<Observations>, object]>([
    ['it is announced 90 days before its end', { authority: valid(89), server: valid(89) }, {}, { do: 'announce' }],
    ['and when somebody asks for it', { asked: true }, {}, { do: 'announce' }],
    ['nothing happens while a configuration does not carry it', { is: 'announcing' }, {}, { do: 'wait' }],
    ['nor before API servers can have heard of it', { is: 'announcing' }, { carriedFor: 20_000 }, { do: 'wait', ms: 10_000 }],
    ['then its certificate serves', { is: 'announcing' }, { carriedFor: 30_000 }, { do: 'switch' }],
    ['at once when the old one has expired', { is: 'announcing', authority: valid(-1, -9) }, {}, { do: 'switch' }],
    ['the old one stays trusted for a while', { is: 'retiring' }, { retiredFor: 100_000 }, { do: 'wait', ms: 500_000 }],
    ['and is then forgotten', { is: 'retiring' }, { retiredFor: 600_000 }, { do: 'retire' }],
    ['a second wish waits for the end of the first', { is: 'announcing', asked: true }, {}, { do: 'wait' }],
  ])('%s', (_, held, seen, expected) => expect(decision(held, seen)).toMatchObject(expected))
})

describe('in between it sleeps', () => {
  test.each<[string, Partial<Holdings>, number]>([
    ['twelve hours at most', {}, 0.5 * DAY],
    ['until the certificate is due', { server: valid(90.25) }, 0.25 * DAY],
    ['until the authority is due', { authority: valid(90.1), server: valid(90.1) }, 0.1 * DAY],
  ])('%s', (_, held, ms) => {
    const { do: what, ...rest } = decision(held)
    expect(what).toBe('wait')
    expect((rest as { ms: number }).ms).toBeCloseTo(ms, 0)
  })
})

describe('settings', () => {
  test('have their defaults', () => {
    expect(settings).toEqual({
      authorityLifetime: 3_650 * DAY,
      serverLifetime: 365 * DAY,
      lookAhead: 90 * DAY,
      propagation: 30_000,
      retirement: 600_000,
      checkEvery: DAY / 2,
    })
  })

  test.each([
    [{ lookAhead: '2400h', serverLifetime: '2400h' }, '"lookAhead" (8640000000 ms) is not shorter than "serverLifetime"'],
    [{ lookAhead: '2h', authorityLifetime: '1h' }, 'is not shorter than "authorityLifetime"'],
    [{ propagation: -1 }, '"propagation" is -1 ms: it must be 0 ms or more'],
    [{ checkEvery: 10 }, '"checkEvery" is 10 ms: it must be 1000 ms or more'],
  ])('%j are refused', (options, problem) => expect(() => resolveRotation(options)).toThrow(problem))
})
