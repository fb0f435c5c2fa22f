// Hears of every object that the program watches. Informers come and go with those who use them, so they are looked for again and again.
import type { KubeObject } from '@kubewright/core'
import { kindName } from './objects/identity.ts'
import type { DashboardSource, SourceInformer, SourceWatch } from './source.ts'

export interface WatchingEvents {
  /** `old`: `undefined` for one that appeared; `initial`: it was there before anybody looked. */
  seen(kind: string, object: KubeObject, old: KubeObject | undefined, watch: SourceWatch, initial: boolean): void
  gone(kind: string, object: KubeObject, informer: SourceInformer): void
  ended(informer: SourceInformer): void
}

export class Watching {
  readonly #source: Pick<DashboardSource, 'watches'>
  readonly #events: WatchingEvents
  readonly #subscriptions = new Map<SourceInformer, { close(): void }>()

  constructor(source: Pick<DashboardSource, 'watches'>, events: WatchingEvents) {
    this.#source = source
    this.#events = events
  }

  /** Takes up what is new, whole objects before metadata alone, and lets go of what has ended. Of the manager's own cluster only: objects of others have no row. */
  look(): void {
    const watches = this.#source.watches().filter(({ cluster }) => cluster === '')
    const alive = new Set(watches.map(({ informer }) => informer))
    for (const [informer, subscription] of this.#subscriptions) {
      if (alive.has(informer)) continue
      subscription.close()
      this.#subscriptions.delete(informer)
      this.#events.ended(informer)
    }
    for (const watch of watches.toSorted((a, b) => Number(a.metadataOnly) - Number(b.metadataOnly))) {
      if (!this.#subscriptions.has(watch.informer)) this.#subscriptions.set(watch.informer, this.#subscribe(watch))
    }
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close()
    this.#subscriptions.clear()
  }

  #subscribe(watch: SourceWatch): { close(): void } {
    const { informer } = watch
    const kind = kindName(informer.type)
    const subscription = informer.subscribe({
      add: (object, { initial }) => this.#events.seen(kind, object, undefined, watch, initial),
      update: (old, object) => {
        // A resync: the same object once more.
        if (old !== object) this.#events.seen(kind, object, old, watch, false)
      },
      delete: (object) => this.#events.gone(kind, object, informer),
    })
    // Whether it is in sync is read off the informer; an end before that is no news here.
    subscription.synced.catch(() => undefined)
    return subscription
  }
}
