import { isKindNotFound } from '@kubewright/client'
import { describeKind, type GroupVersionKind, isApiError, isTooManyRequests, messageOf } from '@kubewright/core'
import type { Cluster } from '../cluster/cluster.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import { freshBackoff, nextDelay } from '../reflector/backoff.ts'

export interface KindWait {
  readonly kind: GroupVersionKind
  readonly spec: { readonly name: string; readonly cacheSyncTimeout: number }
  readonly manager: Pick<Manager, 'clock'>
  readonly cluster: Pick<Cluster, 'reachability'>
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Discovery costs the server something, and a CRD is installed by hand: controller-runtime's figure. */
const ASK_AGAIN = 10_000

/**
 * Tries until the server serves the kind. A kind that is missing is waited for as long as the controller allows, and said once; a server that
 * does not answer is waited for without end, for it says nothing about the kind.
 * @throws Error when the time is over, in one sentence
 */
export async function awaitKind<R>(open: () => Promise<R>, { kind, spec, manager, cluster, log, signal }: KindWait): Promise<R> {
  const { clock } = manager
  const { reachability } = cluster
  let deadline = clock.monotonic() + spec.cacheSyncTimeout
  let backoff = freshBackoff
  let said = false
  for (;;) {
    signal.throwIfAborted()
    const asked = clock.monotonic()
    try {
      const opened = await open()
      reachability.succeeded()
      if (said) log.info('the API server serves the kind now', { kind: describeKind(kind) })
      return opened
    } catch (error) {
      if (signal.aborted) throw error
      const wait = kindOfWait(error)
      if (wait === 'none') throw error
      reachability.failed(error)
      let delay = ASK_AGAIN
      if (wait === 'server') {
        const now = clock.monotonic()
        ;[backoff, delay] = nextDelay(backoff, now, Math.random)
        delay = Math.min(delay, ASK_AGAIN)
        deadline += now - asked
      } else {
        if (clock.monotonic() >= deadline) throw new Error(sentence(error, kind, spec), { cause: error })
        if (!said)
          log.warn('waiting for the API server to serve a kind: install its CustomResourceDefinition', {
            kind: describeKind(kind),
            error: messageOf(error),
          })
        said = true
      }
      const before = clock.monotonic()
      if ((await reachability.pause(delay, signal)) === 'recovery') backoff = freshBackoff
      // What a server that is away would have said does not count.
      if (wait === 'server') deadline += clock.monotonic() - before
    }
  }
}

function kindOfWait(error: unknown): 'kind' | 'server' | 'none' {
  if (isKindNotFound(error)) return 'kind'
  if (isServerTrouble(error) || isTooManyRequests(error)) return 'server'
  return isApiError(error) ? 'kind' : 'none'
}

function sentence(error: unknown, kind: GroupVersionKind, { name, cacheSyncTimeout }: KindWait['spec']): string {
  const waited = `${Math.round(cacheSyncTimeout / 1000)} s`
  if (isKindNotFound(error))
    return `controller ${name}: the API server does not serve ${describeKind(kind)} after ${waited}: install its CustomResourceDefinition and start again`
  return `controller ${name}: cannot find out about ${describeKind(kind)} after ${waited}: ${messageOf(error)}`
}
