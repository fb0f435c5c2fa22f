import type { Overview } from '@kubewright/dashboard'
import { expect, test } from 'vitest'
import { sparkline, topText } from './top-text.ts'

const OVERVIEW: Overview = {
  ...{ program: 'shop', identity: 'me', server: 'https://cluster', reachable: 'reachable', life: 'running', leads: true, leader: 'me' },
  ...{
    sharded: false,
    startedAt: 0,
    now: 90_000,
    interval: 2_000,
    memory: { heap: 0, resident: 0 },
    views: [],
    unlisted: 0,
    actsOn: undefined,
  },
  controllers: [
    {
      ...{
        name: 'website',
        state: 'running',
        paused: false,
        queued: 3,
        active: 1,
        reconciles: 120,
        errors: 2,
        median: 4.4,
        p99: 0.2,
        lastError: undefined,
      },
      series: [0, 8].map((queued) => ({ queued, reconciles: 0, errors: 0, slowest: 0 })),
    },
  ],
  watches: [
    {
      ...{ kind: 'Website.example.dev/v1', cluster: '', synced: true, objects: 10, users: 1, activity: 'watching', silence: 1_400 },
      ...{ reconnects: 0, relists: 1, failure: undefined },
    },
  ],
  requests: [{ verb: 'GET', count: 7, failed: 0, perSecond: 0.25 }],
}

test('controllers, watches and requests, in columns', () => {
  expect(topText(OVERVIEW, 200)).toBe(`shop: leads, up 1m30s, https://cluster reachable

CONTROLLER  WAITING  ACTIVE  RECONCILES  ERRORS  MEDIAN   99%  QUEUE
website           3       1         120       2     4ms  <1ms  ▁█

WATCH                   OBJECTS  LAST BYTE  REOPENED  RELISTED
Website.example.dev/v1       10         1s         0         1

API calls: GET 7 (0.3/s)
`)
})

test('a line ends with the terminal', () => {
  expect(
    Math.max(
      ...topText(OVERVIEW, 20)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(20)
})

test('a controller that is held says so', () => {
  const controllers = OVERVIEW.controllers.map((each) => ({ ...each, paused: true }))
  expect(topText({ ...OVERVIEW, controllers }, 80)).toContain('website (paused)')
})

test('who stands by says who leads', () => {
  expect(topText({ ...OVERVIEW, leads: false, leader: 'other' }, 80)).toContain('shop: stands by, other leads')
})

test.each([
  [[], ''],
  [[0, 0], '▁▁'],
  [[0, 7, 14], '▁▅█'],
])('%j is %s', (values, line) => {
  expect(sparkline(values)).toBe(line)
})
