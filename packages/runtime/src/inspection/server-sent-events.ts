import { randomUUID } from 'node:crypto'
import { type Clock, type KubeObject, sleep } from '@kubewright/core'
import type { Informer, Subscription } from '../cache/informer.ts'
import { ChangeLog } from './change-log.ts'
import { ChangeReader, type Selection, type Told } from './change-reader.ts'

/** Proxies close what is silent for a minute. */
const HEARTBEAT = 15_000
/** Told in one go, before it is looked whether the reader is still there. */
const BATCH = 100
/** A browser that lost us asks again after so long. */
const RETRY = 2_000

/** The changes of one informer, for as many readers as there are. */
export class ChangeFeed {
  readonly informer: Informer<KubeObject>
  readonly #log = new ChangeLog()
  readonly #subscription: Subscription
  /** A place in another log, of another replica or of a time before, means nothing here. */
  readonly #epoch = randomUUID().slice(0, 8)
  readonly #life = new AbortController()
  #complete = false
  readers = 0

  constructor(informer: Informer<KubeObject>) {
    this.informer = informer
    this.#subscription = informer.subscribe({
      add: (object) => this.#log.put(object),
      update: (_, object) => this.#log.put(object),
      delete: (object) => this.#log.remove(object),
    })
    this.#subscription.synced.then(
      () => {
        this.#complete = true
      },
      () => this.close(),
    )
  }

  /** Ends all readers. */
  close(): void {
    this.#subscription.close()
    this.#life.abort(new Error('nobody watches this kind any more'))
  }

  /**
   * What a reader is told, as `text/event-stream`, until the signal aborts, the feed ends, or its lifetime is over. A place that is not known any more (a `lastEventId` of
   * another replica, or from too long ago) is answered with RESET and the present: the standard's clients take no other status than 200.
   */
  async *stream(options: StreamOptions): AsyncGenerator<string, void, undefined> {
    const { selection, lastEventId, shown, clock } = options
    const expiry = new AbortController()
    const over = AbortSignal.any([options.signal, this.#life.signal, expiry.signal])
    const timer = clock.setTimer(options.lifetime, () => expiry.abort(new Error('the stream has lasted long enough')))
    const reader = new ChangeReader(this.#log, selection, this.#cursorOf(lastEventId))
    this.readers++
    try {
      yield `retry: ${RETRY}\n\n`
      while (!over.aborted) {
        const told = reader.take(BATCH, this.#complete)
        for (const [index, news] of told.entries()) {
          // The place of a part of a batch would pass over the rest of it.
          const id = index === told.length - 1 ? this.#placeOf(reader) : undefined
          yield eventText(shown(news), id)
        }
        if (told.length === 0 && !(await this.#somethingNew(reader.cursor, over, clock)))
          yield `${idLine(this.#placeOf(reader))}: alive\n\n`
      }
      if (expiry.signal.aborted) yield `${idLine(this.#placeOf(reader))}: ends here, and goes on when you come again\n\n`
    } finally {
      timer.cancel()
      this.readers--
    }
  }

  #cursorOf(lastEventId: string | undefined): number | undefined {
    if (lastEventId === undefined) return undefined
    const [epoch, sequence] = lastEventId.split('-')
    // What is no place of ours is as one that has been forgotten.
    return epoch === this.#epoch && /^\d{1,15}$/.test(sequence ?? '') ? Number(sequence) : Number.POSITIVE_INFINITY
  }

  #placeOf({ cursor }: ChangeReader): string | undefined {
    return cursor === 0 || cursor === Number.POSITIVE_INFINITY ? undefined : `${this.#epoch}-${cursor}`
  }

  /** False when it is time for a sign of life. */
  async #somethingNew(cursor: number, over: AbortSignal, clock: Clock): Promise<boolean> {
    const waiting = new AbortController()
    const waited = AbortSignal.any([over, waiting.signal])
    const complete = this.#complete
    const moved = this.#log.moved(cursor, waited).then(() => true)
    const news = complete ? moved : Promise.race([moved, this.#subscription.synced.then(() => true)])
    try {
      return await Promise.race([news, sleep(HEARTBEAT, { clock, signal: waited }).then(() => over.aborted)])
    } catch (error) {
      if (over.aborted) return true
      throw error
    } finally {
      waiting.abort(new Error('it is over'))
    }
  }
}

export interface StreamOptions {
  readonly selection: Selection
  /** Where the reader has been, in the words of the last event that it got. */
  readonly lastEventId: string | undefined
  /** What may be seen of it. */
  readonly shown: (told: Told) => string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** After so many ms the stream ends, with the place to resume from. */
  readonly lifetime: number
}

function eventText(text: string, id: string | undefined): string {
  // JSON has no line breaks of its own.
  return `${idLine(id)}data: ${text}\n\n`
}

const idLine = (id: string | undefined) => (id === undefined ? '' : `id: ${id}\n`)
