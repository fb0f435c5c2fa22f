import {
  describeKind,
  type EventHandler,
  isKindNotFound,
  isServerTrouble,
  type Kind,
  type KubeObject,
  type Manager,
  messageOf,
} from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { GarbageCollectionStop } from '../kinds/stop.ts'
import type { Collector } from './collector.ts'

const POLICIES: readonly Kind<Policy>[] = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]

const STOPS = describeKind(GarbageCollectionStop)

const LOOK_EVERY = 1_000

/** How often is looked for a policy kind that is not installed. */
const RETRY = 10_000

/** Keeps the collector told about all policies until the signal aborts. `ready` is called once when all that exist have been told. */
export async function watchPolicies(manager: Manager, collector: Collector, ready: () => void, signal: AbortSignal): Promise<void> {
  const watched = <T extends KubeObject>(kind: Kind<T>, handler: EventHandler<T>) => {
    const first = Promise.withResolvers<void>()
    return { first: first.promise, run: watchKind(manager, kind, handler, first.resolve, signal) }
  }
  const policies: EventHandler<Policy> = {
    add: (policy) => collector.setPolicy(policy),
    update: (_, policy) => collector.setPolicy(policy),
    delete: (policy) => collector.removePolicy(policy),
  }
  const stops: EventHandler<GarbageCollectionStop> = {
    add: (stop) => collector.setStop(stop),
    update: (_, stop) => collector.setStop(stop),
    delete: (stop) => collector.removeStop(stop),
  }
  const told = [...POLICIES.map((kind) => watched(kind, policies)), watched(GarbageCollectionStop, stops)]
  await Promise.all([...told.map(({ run }) => run), Promise.all(told.map(({ first }) => first)).then(ready)])
}

/**
 * Whether the watches of policies are open. While one is not, as after an outage, policies may have been edited, paused or removed without our
 * knowing. What else may keep a watch from us (a right that was withdrawn, a kind that was removed) is known, and no reason to wait.
 */
export function policiesKnown({ cache }: Pick<Manager, 'cache'>): boolean {
  const described = new Set([...POLICIES, GarbageCollectionStop].map((kind) => describeKind(kind)))
  return cache.informers().every(({ kind, informer }) => {
    const failure = informer.liveness.failure?.kind
    // Of stops a refusal is no comfort: there may be one that we are not shown.
    if (failure === 'denied') return kind !== STOPS
    return !described.has(kind) || failure === undefined || failure === 'absent'
  })
}

async function watchKind<T extends KubeObject>(
  manager: Manager,
  kind: Kind<T>,
  handler: EventHandler<T>,
  told: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const lease = await openWhenInstalled(manager, kind, told, signal)
    const subscription = lease.informer.subscribe(handler)
    const looked = new AbortController()
    void subscription.synced.then(
      () => looked.abort(new Error('it is there')),
      () => looked.abort(new Error('it is closed')),
    )
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
      // A kind that nobody has installed has no objects; should it come, its watch goes on.
      const absent = whenAbsent(manager, kind, lease.informer, AbortSignal.any([signal, looked.signal]))
      await Promise.race([subscription.synced, absent])
      told()
      await subscription.synced
      await aborted
    } finally {
      looked.abort(new Error('it is known'))
      subscription.close()
      await lease.release()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    told()
  }
}

/** Resolves when the server says that it does not serve the kind; never, when it does. */
async function whenAbsent(
  { reachability, log }: Pick<Manager, 'reachability' | 'log'>,
  kind: Kind<KubeObject>,
  informer: { readonly liveness: { readonly failure?: { readonly kind: string } | undefined } },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (informer.liveness.failure?.kind === 'absent') {
      log.warn('a kind of the operator is not installed: apply its manifests', { kind: describeKind(kind) })
      return
    }
    // It rejects with the signal alone.
    await reachability.pause(LOOK_EVERY, signal).catch(() => 'over')
  }
}

async function openWhenInstalled<T extends KubeObject>(
  { cache, reachability, log }: Pick<Manager, 'cache' | 'reachability' | 'log'>,
  kind: Kind<T>,
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
