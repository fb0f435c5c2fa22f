import { describeKind, type KubeObject } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import type { ControllerSpec } from './definition.ts'
import type { Sources } from './sources.ts'

/**
 * Until every handler has been through its first list: a reconcile before that would see owned objects as missing and make them again.
 * @throws Error when a list is refused for as long as the controller allows; a server that is away or slow is waited for
 */
export async function waitForSync<T extends KubeObject>(
  spec: ControllerSpec<T>,
  { feeds }: Sources<T>,
  { manager, signal, log }: { readonly manager: Pick<Manager, 'clock'>; readonly signal: AbortSignal; readonly log: Logger },
): Promise<void> {
  const { clock } = manager
  await Promise.all(
    feeds.map(async ({ informer, subscription }) => {
      const over = Promise.withResolvers<never>()
      const onAbort = () => over.reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      const look = () => {
        const refusal = refusalOf(informer)
        if (refusal !== undefined)
          over.reject(
            new Error(`controller ${spec.name}: cannot list ${informer.type.plural} for ${spec.cacheSyncTimeout / 1000} s: ${refusal}`),
          )
        else {
          log.warn('still waiting for the first list', { kind: describeKind(informer.type) })
          timer = clock.setTimer(spec.cacheSyncTimeout, look)
        }
      }
      let timer = clock.setTimer(spec.cacheSyncTimeout, look)
      try {
        signal.throwIfAborted()
        await Promise.race([subscription.synced, over.promise])
      } finally {
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
      }
    }),
  )
}

/** What the server says to us and not about itself. */
function refusalOf({ liveness, type }: Informer<KubeObject>): string | undefined {
  const { failure } = liveness
  if (failure?.kind === 'denied') return `${failure.message}; grant "get", "list" and "watch" on ${type.plural}.${type.group || 'core'}`
  return failure?.kind === 'absent' || failure?.kind === 'broken' ? failure.message : undefined
}
