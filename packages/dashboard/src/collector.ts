// Everything that is known for the page: fed by the source, asked by the pages. It keeps rows, a ring of timeline entries and some numbers, and nothing
// else, so that its memory is that of the objects' names whatever happens.
import type { KubeObject } from '@kubewright/core'
import type { Frames } from './live/frames.ts'
import { happeningOf } from './live/happenings.ts'
import type { TimelineEntry } from './model/object-page.ts'
import type { Happening } from './model/snapshot.ts'
import { Catalogue } from './objects/catalogue.ts'
import { objectId } from './objects/identity.ts'
import { Reconciles } from './reconciles.ts'
import type { DashboardSource, SourceInformer, SourceWatch } from './source.ts'
import { differencesOf } from './timeline/changes.ts'
import { type NewEntry, Timeline } from './timeline/timeline.ts'
import { transitionsOf } from './timeline/transitions.ts'
import { Watching } from './watching.ts'

/** What a page shows of what happens everywhere. */
const MOST_HAPPENINGS = 100

export class Collector {
  readonly catalogue = new Catalogue()
  readonly timeline = new Timeline()
  readonly reconciles: Reconciles
  readonly watching: Watching
  readonly #source: DashboardSource
  readonly #frames: Frames
  readonly #happenings: Happening[] = []

  constructor(source: DashboardSource, frames: Frames) {
    this.#source = source
    this.#frames = frames
    this.reconciles = new Reconciles({
      add: (object, entry) => this.#add(object, entry),
      replace: (object, entry) => this.#replace(object, entry),
      hide: (text) => source.hide(text),
    })
    this.watching = new Watching(source, {
      seen: (kind, object, old, watch, initial) => this.#seen(kind, object, old, watch, initial),
      gone: (kind, object, informer) => this.#gone(kind, object, informer),
      ended: (informer) => {
        for (const id of this.catalogue.removeAll(informer)) this.#frames.gone(id)
      },
    })
  }

  /** The newest last. */
  happenings(): readonly Happening[] {
    return this.#happenings
  }

  #seen(kind: string, object: KubeObject, old: KubeObject | undefined, watch: SourceWatch, initial: boolean): void {
    const at = this.#source.clock.now()
    const row = this.catalogue.put(kind, object, watch, initial ? undefined : at)
    if (row === undefined) return
    this.#frames.changed(row)
    if (initial) return
    const hide = (text: string) => this.#source.hide(text)
    if (old === undefined) this.#add(row.id, { what: 'appeared', at, note: '' })
    else this.#changed(row.id, old, object, at)
    for (const entry of transitionsOf(old, object, at, hide)) this.#add(row.id, entry)
  }

  #changed(id: string, old: KubeObject, object: KubeObject, at: number): void {
    const { changes, more } = differencesOf(old, object, (shown) => this.#source.visible(shown))
    if (changes.length + more > 0) this.#add(id, { what: 'changed', at, by: '', changes, more })
  }

  #gone(kind: string, object: KubeObject, informer: SourceInformer): void {
    const row = this.catalogue.remove(kind, object, informer)
    if (row === undefined) return
    const id = objectId(kind, object.metadata)
    this.#frames.gone(id)
    this.#add(id, { what: 'deleted', at: this.#source.clock.now(), note: '' })
  }

  #add(object: string, entry: NewEntry): TimelineEntry {
    const added = this.timeline.add(object, entry)
    this.#told(object, added)
    return added
  }

  #replace(object: string, entry: TimelineEntry): void {
    this.timeline.replace(object, entry)
    this.#told(object, entry)
  }

  #told(object: string, entry: TimelineEntry): void {
    this.#frames.touched(object)
    const happening = happeningOf(object, entry)
    if (happening === undefined) return
    this.#happenings.push(happening)
    if (this.#happenings.length > MOST_HAPPENINGS) this.#happenings.shift()
    this.#frames.happened(happening)
  }
}
