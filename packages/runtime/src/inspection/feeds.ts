import type { Clock, Timer } from '@kubewright/core'
import type { InformerSummary } from '../cache/contract.ts'
import { isAbout, isUnselective, partsOf } from '../cache/scope.ts'
import { ChangeFeed } from './server-sent-events.ts'

/** How long what happens is remembered for readers that were cut off and come again. */
const LINGER = 300_000

/** A feed for each kind that somebody reads, or has read of late. Nobody reads: nothing is kept. */
export class ChangeFeeds {
  readonly #informers: () => readonly InformerSummary[]
  readonly #clock: Clock
  readonly #feeds = new Map<InformerSummary['informer'], { readonly feed: ChangeFeed; timer: Timer | undefined }>()

  constructor(informers: () => readonly InformerSummary[], clock: Clock) {
    this.#informers = informers
    this.#clock = clock
  }

  /** Kinds that can be read now: `websites.example.dev`. */
  names(): readonly string[] {
    return [...new Set(this.#informers().map(({ informer }) => resourceName(informer.type)))].sort()
  }

  /**
   * `resource`: `websites.example.dev` or `pods`. Of several informers that watch the namespace, the one that holds the most. A place that nobody watches
   * would look like an empty one.
   */
  of(resource: string, namespace: string | undefined): ChangeFeed | 'unknown resource' | 'namespace not watched' {
    // Of keys there is nothing to show.
    const known = this.#informers().filter(({ informer, scope }) => scope.keep === 'objects' && resourceName(informer.type) === resource)
    if (known.length === 0) return 'unknown resource'
    const about = known.filter((summary) => namespace === undefined || watches(summary, namespace))
    const chosen = about.toSorted((a, b) => rank(b) - rank(a))[0]?.informer
    if (chosen === undefined) return 'namespace not watched'
    this.#forgetEnded()
    const entry = this.#feeds.get(chosen) ?? { feed: new ChangeFeed(chosen), timer: undefined }
    this.#feeds.set(chosen, entry)
    this.#linger(chosen, entry)
    return entry.feed
  }

  get size(): number {
    return this.#feeds.size
  }

  close(): void {
    for (const { feed, timer } of this.#feeds.values()) {
      timer?.cancel()
      feed.close()
    }
    this.#feeds.clear()
  }

  /** An informer ends with its last user. */
  #forgetEnded(): void {
    const alive = new Set(this.#informers().map(({ informer }) => informer))
    for (const informer of this.#feeds.keys()) if (!alive.has(informer)) this.#end(informer)
  }

  #end(informer: InformerSummary['informer']): void {
    const entry = this.#feeds.get(informer)
    this.#feeds.delete(informer)
    entry?.timer?.cancel()
    entry?.feed.close()
  }

  #linger(informer: InformerSummary['informer'], entry: { readonly feed: ChangeFeed; timer: Timer | undefined }): void {
    entry.timer?.cancel()
    entry.timer = this.#clock.setTimer(LINGER, () => {
      const gone = !this.#informers().some((summary) => summary.informer === informer)
      if (gone || entry.feed.readers === 0) this.#end(informer)
      else this.#linger(informer, entry)
    })
  }
}

export function resourceName({ plural, group }: { readonly plural: string; readonly group: string }): string {
  return group === '' ? plural : `${plural}.${group}`
}

const watches = ({ scope, informer: { type } }: InformerSummary, namespace: string): boolean =>
  type.namespaced && partsOf(scope, true).some((part) => isAbout(part, namespace))

function rank({ scope, informer }: InformerSummary): number {
  const whole = scope.parts.some((part) => part.namespace === undefined && isUnselective(part))
  return (whole ? 2 : 0) + (scope.metadataOnly ? 0 : 1) + informer.size / (informer.size + 1)
}
