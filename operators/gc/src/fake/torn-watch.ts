import type { KubeObject } from 'kubewright'
import type { TargetHandler, TargetSource, TargetWatch } from '../engine/target-source.ts'

// For tests: watches that hang, lose their history and list everything anew, between a fake cluster and the collector.

type News = (() => void)[]

/** What one watch has told, which is what its reader may know. */
class Told {
  readonly objects = new Map<string, KubeObject>()
  readonly #handler: TargetHandler

  constructor(handler: TargetHandler) {
    this.#handler = handler
  }

  seen(object: KubeObject): void {
    const key = keyOf(object)
    const before = this.objects.get(key)
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) this.left(before)
    this.objects.set(key, object)
    this.#handler.seen(object, before?.metadata.uid === object.metadata.uid ? before : undefined)
  }

  left(object: KubeObject): void {
    const key = keyOf(object)
    if (this.objects.get(key)?.metadata.uid !== object.metadata.uid) return
    this.objects.delete(key)
    this.#handler.left(object)
  }

  /** Everything was listed anew: what came and went in between nobody tells. */
  relist(all: Iterable<KubeObject>): void {
    const now = new Map([...all].map((object) => [keyOf(object), object]))
    for (const object of [...this.objects.values()]) if (now.get(keyOf(object))?.metadata.uid !== object.metadata.uid) this.left(object)
    for (const object of now.values())
      if (this.objects.get(keyOf(object))?.metadata.resourceVersion !== object.metadata.resourceVersion) this.seen(object)
  }
}

const keyOf = ({ metadata: { namespace = '', name = '' } }: KubeObject) => `${namespace}/${name}`

export class TornWatches implements TargetSource {
  readonly #source: TargetSource
  readonly #open = new Set<{ readonly told: Told; readonly watch: TargetWatch; readonly news: News }>()
  #state: 'live' | 'hanging' | 'lost' = 'live'

  constructor(source: TargetSource) {
    this.#source = source
  }

  /** From now on events wait. */
  hang(): void {
    this.#state = 'hanging'
  }

  /** From now on events are lost, and so are those that wait: the history is compacted. */
  lose(): void {
    this.#state = 'lost'
    for (const { news } of this.#open) news.length = 0
  }

  /** What waited is told; after a loss everything is listed anew. */
  mend(): void {
    const before = this.#state
    this.#state = 'live'
    for (const { told, watch, news } of this.#open) {
      for (const tell of news.splice(0)) tell()
      if (before === 'lost') told.relist(watch.objects())
    }
  }

  async open(...[target, handler]: Parameters<TargetSource['open']>): Promise<TargetWatch> {
    const told = new Told(handler)
    const news: News = []
    const pass = (tell: () => void) => {
      if (this.#state === 'live') tell()
      else if (this.#state === 'hanging') news.push(tell)
    }
    const watch = await this.#source.open(target, {
      seen: (object) => pass(() => told.seen(object)),
      left: (object) => pass(() => told.left(object)),
    })
    const entry = { told, watch, news }
    this.#open.add(entry)
    return {
      ...watch,
      // The first list comes whole, whatever happens to the watch behind it.
      synced: watch.synced.then(() => told.relist(watch.objects())),
      objects: () => told.objects.values(),
      get: (name, namespace) => told.objects.get(`${namespace ?? ''}/${name}`),
      close: () => {
        this.#open.delete(entry)
        watch.close()
      },
    }
  }
}
