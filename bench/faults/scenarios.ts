import { sleep } from 'kubewright'
import { errorFrame, type FaultProxy, type TestCluster } from 'kubewright/testing'
import { untilTrue } from './until-true.ts'
import type { Witness } from './witness.ts'
import type { Writer } from './writer.ts'

/** What a fault is done with: a network that obeys, and somebody who goes on changing objects meanwhile. */
export interface Stage {
  readonly cluster: TestCluster
  readonly proxy: FaultProxy
  readonly witness: Witness
  readonly writer: Writer
}

export interface Scenario {
  readonly name: string
  /** What theory allows, beside 0 missed and 0 doubled. */
  readonly limit: string
  /** Lists that it may take. More mean that the history was thrown away without need. */
  readonly lists: number
  /** Does the harm. Returns what else was measured, in words, with the figures. */
  readonly play: (stage: Stage) => Promise<Readonly<Record<string, number>>>
}

const WATCHES = { watch: true } as const
const seconds = (ms: number) => ms / 1000

export const NETWORK_SCENARIOS: readonly Scenario[] = [
  {
    name: 'connection reset every 10 s, for a minute',
    limit: 're-watch after a pause of 0.8–1.6 s; no list',
    lists: 0,
    async play({ proxy, witness, writer }) {
      let longest = 0
      for (let reset = 0; reset < 6; reset++) {
        const writing = writer.writeFor(10_000)
        const cutAt = performance.now()
        proxy.cut(WATCHES)
        await untilTrue(() => witness.lastHeardAt() > cutAt + 5)
        longest = Math.max(longest, performance.now() - cutAt)
        await writing
      }
      return { 'longest silence (s)': seconds(longest) }
    },
  },
  {
    name: '429 with Retry-After: 2, three times in a row',
    limit: '3 × 2 s after the first pause of 0.8–1.6 s; no list',
    lists: 0,
    async play({ proxy, witness, writer }) {
      await writer.write(50)
      const fault = proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 2 }, WATCHES, 3)
      const cutAt = performance.now()
      proxy.cut(WATCHES)
      await writer.writeFor(3_000)
      await untilTrue(() => witness.lastHeardAt() > cutAt + 100 && fault.hits === 3)
      return { 'silence (s)': seconds(performance.now() - cutAt) }
    },
  },
  {
    name: 'a 500 inside the stream, five times',
    limit: 're-watch after a pause that grows from 0.8–1.6 s; no list',
    lists: 0,
    async play({ proxy, writer }) {
      const line = errorFrame(500, 'InternalError', 'etcdserver: request timed out')
      const fault = proxy.inject({ is: 'insert', afterLines: 3, line }, WATCHES, 5)
      proxy.cut(WATCHES)
      const began = performance.now()
      while (fault.hits < 5) await writer.writeFor(500)
      await writer.writeFor(500)
      return { 'five of them took (s)': seconds(performance.now() - began) }
    },
  },
  {
    name: 'a JSON line cut in the middle, five times',
    limit: 're-watch after a pause that grows from 0.8–1.6 s; no list',
    lists: 0,
    async play({ proxy, writer }) {
      const fault = proxy.inject({ is: 'truncate', after: { lines: 3 }, clean: true }, WATCHES, 5)
      proxy.cut(WATCHES)
      const began = performance.now()
      while (fault.hits < 5) await writer.writeFor(500)
      await writer.writeFor(500)
      return { 'five of them took (s)': seconds(performance.now() - began) }
    },
  },
]

/** The stream is there and says nothing any more, and new ones are not answered either, for so long. */
const BLACKHOLE = 90_000

export const BLACKHOLE_SCENARIO: Scenario = {
  name: `blackhole of ${BLACKHOLE / 1000} s`,
  limit: 'noticed after 70 s of silence; heard again at most 30 s (a request without an answer) and a pause after its end',
  // kube-apiserver keeps some 75 s of history: a busy one has none any more for whoever was silent for longer.
  lists: 1,
  async play({ proxy, witness, writer }) {
    const stall = proxy.inject({ is: 'stall', after: { lines: 3 } }, WATCHES, 1)
    proxy.cut(WATCHES)
    while (stall.hits === 0) await sleep(10)
    const swallow = proxy.inject({ is: 'blackhole' }, WATCHES)
    // Enough for the three lines, and for more that nobody hears of.
    await writer.write(20)
    const silentSince = witness.lastHeardAt()
    const watches = proxy.count(WATCHES)
    const writing = writer.writeFor(2_000)
    await untilTrue(() => proxy.count(WATCHES) > watches, 200_000)
    const noticed = performance.now() - silentSince
    await writing
    await sleep(Math.max(0, silentSince + BLACKHOLE - performance.now()))
    swallow.lift()
    const lifted = performance.now()
    await untilTrue(() => witness.lastHeardAt() > lifted, 200_000)
    return { 'noticed after (s)': seconds(noticed), 'heard again after its end (s)': seconds(performance.now() - lifted) }
  },
}

/** Restarts the server, so nothing else can be played meanwhile. */
export const HISTORY_SCENARIO: Scenario = {
  name: 'history compacted while away (410)',
  limit: 'one list',
  lists: 1,
  async play({ cluster, proxy, witness, writer }) {
    await writer.write(100)
    await proxy.pause()
    await writer.write(100)
    await cluster.forgetHistory()
    await writer.write(50)
    const resumed = performance.now()
    await proxy.resume()
    await untilTrue(() => witness.lastHeardAt() > resumed)
    return { 'silence after the return (s)': seconds(performance.now() - resumed) }
  },
}
