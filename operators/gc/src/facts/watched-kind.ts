import {
  type Cache,
  type EventHandler,
  type InformerLease,
  type InformerScope,
  isKindNotFound,
  type Kind,
  type KubeObject,
  messageOf,
  type Reachability,
} from 'kubewright'

export type WatchState =
  | { readonly is: 'opening' }
  | { readonly is: 'synced' }
  /** The server does not serve the kind, so there are no objects of it. */
  | { readonly is: 'absent' }
  | { readonly is: 'failing'; readonly reason: string }

export interface WatchedKindOptions<T extends KubeObject> {
  readonly cache: Cache
  readonly reachability: Pick<Reachability, 'failed' | 'pause'>
  readonly kind: Kind<T>
  readonly scope: InformerScope<T>
  readonly handler: EventHandler<T>
  /** The state has changed. */
  readonly changed: () => void
}

const RETRY = 30_000

/** One kind that facts are taken from, watched until it is closed, whatever happens on the way. */
export class WatchedKind<T extends KubeObject> {
  readonly #options: WatchedKindOptions<T>
  readonly #stop = new AbortController()
  readonly #over: Promise<void>
  readonly #settled = Promise.withResolvers<void>()
  #lease: InformerLease<T> | undefined
  #state: WatchState = { is: 'opening' }

  constructor(options: WatchedKindOptions<T>) {
    this.#options = options
    this.#over = this.#run(this.#stop.signal)
  }

  /** Resolves when it has been read, or could not be. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  get state(): WatchState {
    return this.#state
  }

  /** Of the kind that has been read completely, and can still be. */
  get(name: string, namespace?: string): T | undefined {
    return this.#lease?.informer.get(name, namespace)
  }

  list(namespace?: string): readonly T[] {
    return this.#lease?.informer.list(namespace) ?? []
  }

  inspect(): void {
    const failure = this.#lease?.informer.liveness.failure
    // What passes by itself is the gate's business: nothing is deleted while the server is away.
    if (failure?.kind === 'denied') this.#enter({ is: 'failing', reason: failure.message })
    else if (failure?.kind === 'absent') this.#enter({ is: 'absent' })
    else if (this.#lease?.informer.synced === true) this.#enter({ is: 'synced' })
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('nobody asks for it any more'))
    await this.#over
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watch(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#options.reachability.failed(error)
        this.#enter(isKindNotFound(error) ? { is: 'absent' } : { is: 'failing', reason: messageOf(error) })
        await this.#options.reachability.pause(RETRY, signal).catch(() => undefined)
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { cache, kind, scope, handler } = this.#options
    const lease = await cache.informer(kind, scope)
    const subscription = lease.informer.subscribe(handler)
    const ended = Promise.withResolvers<void>()
    const end = () => {
      subscription.close()
      ended.resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    try {
      await subscription.synced
      this.#lease = lease
      this.#enter({ is: 'synced' })
      await ended.promise
    } finally {
      signal.removeEventListener('abort', end)
      subscription.close()
      this.#lease = undefined
      await lease.release()
    }
  }

  #enter(state: WatchState): void {
    if (state.is === this.#state.is && (state.is !== 'failing' || state.reason === (this.#state as typeof state).reason)) return
    this.#state = state
    this.#settled.resolve()
    if (!this.#stop.signal.aborted) this.#options.changed()
  }
}
