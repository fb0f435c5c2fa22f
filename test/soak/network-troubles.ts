import { sleep } from 'kubewright'
import { errorFrame, type FaultProxy, type TestCluster } from 'kubewright/testing'
import type { Chance } from './random.ts'
import type { Trouble } from './worlds/world.ts'

const WATCHES = { watch: true } as const
const WRITES = { writes: true } as const

/** What happens between the operators and their API server. */
export function networkTroubles(proxy: FaultProxy, cluster: TestCluster): readonly Trouble[] {
  const placed = (name: string, place: () => void): Trouble => ({ name, strike: async () => place() })
  const lasting = (name: string, ms: number, begin: () => Disposable): Trouble => ({
    name,
    async strike(_, signal) {
      using _trouble = begin()
      await sleep(ms, { signal })
    },
  })
  return [
    placed('watches are cut', () => void proxy.cut(WATCHES)),
    placed('watches are refused, 429', () => {
      proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 1 }, WATCHES, 3)
      proxy.cut(WATCHES)
    }),
    placed('an error within a watch, 500', () => {
      const line = errorFrame(500, 'InternalError', 'etcdserver: request timed out')
      proxy.inject({ is: 'insert', afterLines: 2, line }, WATCHES, 2)
      proxy.cut(WATCHES)
    }),
    placed('a line of a watch is cut in the middle', () => {
      proxy.inject({ is: 'truncate', after: { bytes: 700 }, clean: true }, WATCHES, 2)
      proxy.cut(WATCHES)
    }),
    // Nobody hears of it until 70 s of silence are over.
    placed('a watch says nothing more', () => {
      proxy.inject({ is: 'stall', after: { lines: 1 } }, WATCHES, 1)
      proxy.cut(WATCHES)
    }),
    // They end with their time: what no write has met would pile up, and keep who seldom writes from ever writing.
    lasting('answers to writes are lost', 2_000, () => proxy.inject({ is: 'lost-answer' }, WRITES, 3)),
    lasting('writes are refused, 500', 2_000, () => proxy.inject({ is: 'status', code: 500 }, WRITES, 3)),
    lasting('the API server is slow', 4_000, () => proxy.inject({ is: 'latency', ms: 400 })),
    {
      name: 'the API server is away',
      async strike(_, signal) {
        await proxy.pause()
        try {
          await sleep(3_000, { signal })
        } finally {
          await proxy.resume()
        }
      },
    },
    // A real server is started anew for it, which is more than the churn beside the proxy could bear.
    ...(cluster.kind === 'embedded' ? [forgottenHistory(proxy, cluster)] : []),
  ]
}

function forgottenHistory(proxy: FaultProxy, cluster: TestCluster): Trouble {
  return {
    name: 'the history is compacted while watches are away, 410',
    async strike(_, signal) {
      await proxy.pause()
      try {
        await sleep(1_000, { signal })
        await cluster.forgetHistory()
      } finally {
        await proxy.resume()
      }
    },
  }
}

/** One trouble after the other, each kind as often as the others, until the signal aborts. @returns how often each struck */
export async function trouble(
  all: readonly Trouble[],
  { chance, pace, signal }: { readonly chance: Chance; readonly pace: number; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, number>> {
  const struck = new Map<string, number>()
  let left: Trouble[] = []
  try {
    for (;;) {
      await sleep(pace, { signal })
      if (left.length === 0) left = [...all]
      const [next] = left.splice(chance.below(left.length), 1)
      struck.set(next!.name, (struck.get(next!.name) ?? 0) + 1)
      await next!.strike(chance, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return struck
  }
}
