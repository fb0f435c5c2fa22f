import type { KubeObject } from 'kubewright'
import type { Held } from '../engine/held.ts'
import { isSame, type TargetHandler, type TargetSource, type TargetWatch } from '../engine/target-source.ts'
import type { Target } from '../policy/target.ts'
import type { FakeCluster } from './fake-cluster.ts'

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
  readonly #cluster: FakeCluster
  readonly #open = new Set<{ readonly told: Told; readonly target: Target; readonly news: News }>()
  #state: 'live' | 'hanging' | 'lost' = 'live'

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster
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
    for (const { told, target, news } of this.#open) {
      for (const tell of news.splice(0)) tell()
      if (before === 'lost') told.relist(this.#cluster.selected(target))
    }
  }

  async open(...[target, handler]: Parameters<TargetSource['open']>): Promise<TargetWatch> {
    const told = new Told(handler)
    const news: News = []
    const pass = (tell: () => void) => {
      if (this.#state === 'live') tell()
      else if (this.#state === 'hanging') news.push(tell)
    }
    const watch = await this.#cluster.source.open(target, {
      ...handler,
      seen: (object) => pass(() => told.seen(object)),
      left: (object) => pass(() => told.left(object)),
    })
    const entry = { told, target, news }
    this.#open.add(entry)
    return {
      ...watch,
      // The first list comes whole, whatever happens to the watch behind it.
      synced: watch.synced.then(() => told.relist(this.#cluster.selected(target))),
      held: heldBy(told, watch.held),
      close: () => {
        this.#open.delete(entry)
        watch.close()
      },
    }
  }
}

function heldBy(told: Told, held: Held): Held {
  const get = (name: string, namespace: string | undefined) => told.objects.get(`${namespace ?? ''}/${name}`)
  if (held.is === 'objects') return { is: 'objects', all: () => told.objects.values(), get }
  const has = (object: KubeObject) => isSame(told.objects.get(keyOf(object)), object)
  const read: typeof held.read = (target, visit, signal) =>
    held.read(
      target,
      (object) => {
        if (has(object)) visit(object)
      },
      signal,
    )
  return { is: 'keys', has, read }
}
