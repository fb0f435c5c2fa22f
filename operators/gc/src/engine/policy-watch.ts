import { describeKind, isKindNotFound, isServerTrouble, type Kind, type Manager, messageOf } from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import type { Collector } from './collector.ts'

const KINDS: readonly Kind<Policy>[] = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]

/** How often is looked for a policy kind that is not installed. */
const RETRY = 10_000

/** Keeps the collector told about all policies until the signal aborts. `ready` is called once when all that exist have been told. */
export async function watchPolicies(manager: Manager, collector: Collector, ready: () => void, signal: AbortSignal): Promise<void> {
  const told = KINDS.map((kind) => {
    const first = Promise.withResolvers<void>()
    return { first: first.promise, run: watchKind(manager, kind, collector, first.resolve, signal) }
  })
  await Promise.all([...told.map(({ run }) => run), Promise.all(told.map(({ first }) => first)).then(ready)])
}

/**
 * Whether the watches of policies are open. While one is not, as after an outage, policies may have been edited, paused or removed without our
 * knowing. What else may keep a watch from us (a right that was withdrawn, a kind that was removed) is known, and no reason to wait.
 */
export function policiesKnown({ cache }: Pick<Manager, 'cache'>): boolean {
  const described = new Set(KINDS.map(describeKind))
  return cache.informers().every(({ kind, informer }) => {
    const failure = informer.liveness.failure?.kind
    return !described.has(kind) || failure === undefined || failure === 'denied' || failure === 'absent'
  })
}

async function watchKind(manager: Manager, kind: Kind<Policy>, collector: Collector, told: () => void, signal: AbortSignal): Promise<void> {
  try {
    const lease = await openWhenInstalled(manager, kind, told, signal)
    const subscription = lease.informer.subscribe({
      add: (policy) => collector.setPolicy(policy),
      update: (_, policy) => collector.setPolicy(policy),
      delete: (policy) => collector.removePolicy(policy),
    })
    // Closing ends the wait for the first reading, too, which may never end while the server is away.
    const aborted = new Promise<void>((resolve) => {
      const onAbort = () => {
        subscription.close()
        resolve()
      }
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      await subscription.synced
      told()
      await aborted
    } finally {
      subscription.close()
      await lease.release()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    told()
  }
}

async function openWhenInstalled(
  { cache, reachability, log }: Pick<Manager, 'cache' | 'reachability' | 'log'>,
  kind: Kind<Policy>,
  told: () => void,
  signal: AbortSignal,
) {
  let said = ''
  for (;;) {
    try {
      return await cache.informer(kind)
    } catch (error) {
      signal.throwIfAborted()
      // Without the one kind, policies of the other still work.
      if (isKindNotFound(error)) told()
      reachability.failed(error)
      const outage = isServerTrouble(error) && (await reachability.whenDecided(signal)) === 'unreachable'
      if (!outage && messageOf(error) !== said) {
        said = messageOf(error)
        log.warn('waiting for a policy kind', { kind: describeKind(kind), error })
      }
      await reachability.pause(RETRY, signal)
    }
  }
}
