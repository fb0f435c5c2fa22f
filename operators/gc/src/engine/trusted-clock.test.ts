import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { silentLogger } from 'kubewright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TrustedClock } from './trusted-clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Our clock runs with the virtual one, the server's is ahead of it by `ahead` ms. Dates come with each answer. */
let clock: VirtualClock
let ahead: number
let answers: number
let said: string[]
let measured: number[]
let date: { readonly date: number; readonly at: number } | undefined
let away: boolean
let trusted: TrustedClock
let stop: AbortController
let running: Promise<void>

const answer = () => {
  answers++
  date = { date: Math.floor((clock.now() + ahead) / SECOND) * SECOND, at: clock.monotonic() }
}

beforeEach(async () => {
  clock = virtualClock()
  ahead = 0
  answers = 0
  said = []
  measured = []
  date = undefined
  // The server comes up after us: what it says of the time is up to each test.
  away = true
  const log = { ...silentLogger, warn: (text: string) => said.push(text), debug: (text: string) => said.push(`debug: ${text}`) }
  const request = () => {
    if (away) return Promise.reject(new Error('connection refused'))
    answer()
    return Promise.resolve({} as never)
  }
  trusted = new TrustedClock({ client: { serverDate: () => date, request }, clock, log, measured: (seconds) => measured.push(seconds) })
  stop = new AbortController()
  running = trusted.run(stop.signal)
  await settle()
  away = false
  said = []
})

afterEach(async () => {
  stop.abort(new Error('the test is over'))
  await settle()
  await running
})

/** An answer to a request of somebody else's, and somebody asks for the time. */
const heard = () => {
  answer()
  trusted.now()
}

const lag = () => clock.now() - trusted.now()

test('before the first answer our own clock counts', async () => {
  away = true
  await clock.advance(5 * MINUTE)
  expect(lag()).toBe(0)
  expect(trusted.doubt).toBeUndefined()
})

test('T3: in the first second the server is asked at several points of it, so that a clock that is a little ahead is known to be; then no more', async () => {
  ahead = -400
  await clock.advance(SECOND)
  expect(lag(), 'never ahead of the server').toBeGreaterThanOrEqual(400)
  expect(lag()).toBeLessThanOrEqual(600)
  const asked = answers
  expect(asked).toBeLessThanOrEqual(5)
  await clock.advance(5 * MINUTE)
  expect(answers).toBe(asked)
})

test.each<[string, number, number]>([
  ['ahead of the server’s: the server’s counts', -10 * MINUTE, 10 * MINUTE],
  ['behind the server’s: ours counts', 10 * MINUTE, 0],
  ['as exact as a Date can tell', 0, 0],
])('T1: our clock is %s', async (_, difference, expected) => {
  ahead = difference
  heard()
  await clock.advance(MINUTE)
  expect(lag()).toBe(expected)
})

test('T1: a clock that differs is told once, and measured on and on', async () => {
  ahead = -30 * SECOND
  heard()
  await clock.advance(2 * MINUTE)
  expect(said).toEqual(['our clock and that of the API server differ; what is later is awaited'])
  expect(measured.at(-1)).toBe(30)
  ahead = 0
  heard()
  await clock.advance(MINUTE)
  expect(measured.at(-1)).toBe(0)
})

test('T2: when the server’s clock jumps nothing is to be deleted until it has been steady for a minute, for which it is asked', async () => {
  heard()
  await clock.advance(MINUTE)
  ahead = 6 * MINUTE
  heard()
  expect(trusted.doubt).toContain('has jumped by more than five minutes')
  expect(lag()).toBe(0)
  await clock.advance(50 * SECOND)
  expect(trusted.doubt).toBeDefined()
  await clock.advance(MINUTE)
  expect(trusted.doubt).toBeUndefined()
  expect(said).toEqual([
    expect.stringContaining('has jumped by more than five minutes'),
    'our clock and that of the API server differ; what is later is awaited',
    'the clock of the API server is steady again; deletions go on',
  ])
  const asked = answers
  await clock.advance(10 * MINUTE)
  expect(answers, 'a clock that is not in doubt is not asked for').toBe(asked)
})

test('T2: a single answer with a wrong date passes, and one without the server changes nothing', async () => {
  heard()
  await clock.advance(MINUTE)
  away = true
  ahead = -60 * MINUTE
  heard()
  await clock.advance(MINUTE)
  expect(trusted.doubt, 'a server that is away proves nothing').toBeDefined()
  expect(said).toContain('debug: the API server could not be asked for the time')
  away = false
  ahead = 0
  await clock.advance(MINUTE)
  expect(trusted.doubt).toBeUndefined()
  expect(lag()).toBe(0)
})

test('timers and the monotonic clock are ours: nobody can set them', async () => {
  ahead = -10 * MINUTE
  heard()
  let rang = false
  trusted.setTimer(5 * SECOND, () => {
    rang = true
  })
  const before = trusted.monotonic()
  await clock.advance(5 * SECOND)
  expect(rang).toBe(true)
  expect(trusted.monotonic() - before).toBe(5 * SECOND)
})
