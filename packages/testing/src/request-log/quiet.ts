import { type Clock, sleep, systemClock } from '@kubewright/core'
import { isRead, type RequestInfo, requestInfo } from './request-info.ts'

/** What has seen requests: a fault proxy, or anything else that keeps them. */
export interface RequestLog {
  readonly requests: readonly { readonly method: string; readonly path: string; readonly query: URLSearchParams }[]
}

/** For how long nothing may be written, and what is written all the same. */
export interface QuietOptions {
  /** How long it has to be quiet, in ms. @default 5 000 */
  readonly for?: number
  /** Writes that are allowed: the renewal of a lease, say. @default those of leases.coordination.k8s.io */
  readonly except?: (info: RequestInfo) => boolean
  /** @default the system's clock */
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/**
 * Watches the requests for a while, and wants no write among them: a controller in its steady state has nothing to say.
 * Resolves with how many reads there were. @throws Error with the writes, each with its count
 */
export async function expectNoWrites(log: RequestLog, options: QuietOptions = {}): Promise<{ readonly reads: number }> {
  const { clock = systemClock, except = isLease, signal } = options
  const before = new Set(log.requests)
  await sleep(options.for ?? 5_000, { clock, signal })
  const seen = log.requests.filter((request) => !before.has(request)).map((request) => ({ request, info: requestInfo(request) }))
  const writes = seen.filter(({ info }) => !isRead(info) && !except(info))
  if (writes.length === 0) return { reads: seen.length }
  const counts = new Map<string, number>()
  for (const { request } of writes) {
    const line = `${request.method} ${request.path}`
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  const lines = [...counts].map(([line, count]) => `  ${count} × ${line}`)
  throw new Error(`${writes.length} writes where none was expected:\n${lines.join('\n')}`)
}

const isLease = (info: RequestInfo) => info.is === 'resource' && info.group === 'coordination.k8s.io'
