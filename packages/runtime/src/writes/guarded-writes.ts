import type { RequestOptions } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import type { WriteAttempt, WriteGuard } from './write-guard.ts'

/** Takes one write through the guards. */
export class GuardedWrites {
  readonly #guards: readonly WriteGuard[]
  readonly #signals: readonly AbortSignal[]

  constructor(guards: readonly WriteGuard[]) {
    this.#guards = guards
    this.#signals = guards.flatMap(({ signal }) => (signal === undefined ? [] : [signal]))
  }

  async pass<O extends RequestOptions, R>(
    write: WriteAttempt,
    options: O,
    send: (options: O) => Promise<R>,
    objectOf: (result: R) => KubeObject | undefined,
  ): Promise<R> {
    const beforeSend = () => {
      for (const guard of this.#guards) guard.before?.(write)
      options.beforeSend?.()
    }
    beforeSend()
    const either = this.#either(options.signal)
    try {
      const result = await send({ ...options, signal: either.signal, beforeSend })
      const object = write.dryRun ? undefined : objectOf(result)
      if (object !== undefined) for (const guard of this.#guards) guard.after?.(withKind(write, object), object)
      return result
    } finally {
      either.end()
    }
  }

  /** Aborts with the first of the guards' and the caller's. Made by hand: AbortSignal.any would hang one more follower on the guards' long-lived signals per write. */
  #either(own: AbortSignal | undefined): { readonly signal: AbortSignal | undefined; end(): void } {
    const all = own === undefined ? this.#signals : [...this.#signals, own]
    if (all.length <= 1) return { signal: all[0], end: () => {} }
    const controller = new AbortController()
    const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason)
    for (const signal of all) {
      if (signal.aborted) controller.abort(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
    }
    return {
      signal: controller.signal,
      end: () => {
        for (const signal of all) signal.removeEventListener('abort', onAbort)
      },
    }
  }
}

/** The path of a raw request does not tell the kind; its answer does. */
function withKind(write: WriteAttempt, { kind }: KubeObject): WriteAttempt {
  return write.type.kind === '' && kind !== undefined ? { ...write, type: { ...write.type, kind } } : write
}
