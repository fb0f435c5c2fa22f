import { ApiError, ConnectionError } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createLogger } from '../log/logger.ts'
import { WatchMetrics } from '../metrics/watch-metrics.ts'
import type { ReachabilityState } from '../reachability/reachability.ts'
import { failureOf } from '../reflector/failure.ts'
import { watchObserver } from './watch-observer.ts'

const refused = new ConnectionError('refused', { code: 'ECONNREFUSED' })
const status = (code: number) => new ApiError({ status: 'Failure', code, message: `HTTP ${code}` })

/** `verdict`: what every doubt comes to. */
function start(verdict: ReachabilityState) {
  const clock = virtualClock()
  const said: string[] = []
  const reachability = {
    state: 'reachable' as ReachabilityState,
    failed: () => {
      reachability.state = 'in doubt'
    },
    succeeded: () => {},
  }
  const observer = watchObserver('ConfigMap.v1', {
    clock,
    reachability,
    metrics: new WatchMetrics(new Registry(), clock, () => []).ofCluster(''),
    log: createLogger({ destination: { write: (line) => said.push(JSON.parse(line).message) } }),
  })
  const fail = async (error: unknown, passing = false) => {
    const failure = failureOf(error)
    observer.failed(failure, { current: { kind: failure.kind, message: failure.message, since: 0, times: 1 }, retryIn: 1_000, passing })
    if (reachability.state === 'in doubt') reachability.state = verdict
    await clock.advance(10_000)
  }
  return { clock, said, observer, reachability, fail }
}

test.each([refused, status(503), status(500)])('an outage is not said again for every watch (%s)', async (error) => {
  const { said, fail, reachability } = start('unreachable')
  for (let i = 0; i < 20; i++) await fail(error)
  reachability.state = 'reachable'
  await fail(error)
  expect(said, 'nor is the next one').toEqual([])
})

test.each([refused, status(503)])(
  'a watch that keeps failing though the server is well is said once, and once when it is over (%s)',
  async (error) => {
    const { said, fail, observer } = start('reachable')
    await fail(error)
    expect(said, 'the first time it may be anything').toEqual([])
    for (let i = 0; i < 20; i++) await fail(error)
    observer.recovered()
    expect(said).toEqual(['cannot watch; trying again', 'watching again'])
  },
)

test('what is denied is said at once; what passes by itself never', async () => {
  const { said, fail } = start('reachable')
  for (let i = 0; i < 5; i++) await fail(status(410), true)
  expect(said).toEqual([])
  for (let i = 0; i < 5; i++) await fail(status(403))
  expect(said).toEqual(['cannot watch; trying again'])
})

test('two failures an hour apart have nothing to do with each other', async () => {
  const { said, fail, clock } = start('reachable')
  for (let i = 0; i < 5; i++) {
    await fail(status(503))
    await clock.advance(3_600_000)
  }
  expect(said).toEqual([])
})
