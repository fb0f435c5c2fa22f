import { type Clock, messageOf, type Timer } from '@kubewright/core'
import { type StoredResource, served } from '../registry/resource.ts'
import { internalError, Refusal } from '../status/index.ts'
import { type Change, CompactedError, Entry, type Store } from '../storage/index.ts'
import type { EventSink } from './exchange.ts'
import type { ListOptions } from './options.ts'
import type { Presenter } from './presentation.ts'
import { refuseRead, requestedRevision } from './resource-version.ts'
import type { Selection } from './selection.ts'

export interface WatchSettings {
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds between bookmarks. */
  readonly bookmarkInterval: number
  /** A watcher that has not taken this many bytes is cut off: it lists again, where unlimited buffers would take the server down. */
  readonly largestBacklog: number
}

export interface WatchRequest {
  readonly resource: StoredResource
  readonly namespace: string | undefined
  readonly options: ListOptions
  readonly selection: Selection
  readonly presenter: Presenter
}

type Shown = Pick<Change, 'current'> & Partial<Pick<Change, 'previous'>>

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** The real server's range for watches that name no time; random, so that clients do not come back all at once. */
const SHORTEST_WATCH = 30 * 60

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' }

/** One watch, from its first event to its end. */
export class Watch {
  readonly table: string
  private readonly store: Store
  private readonly settings: WatchSettings
  private readonly request: WatchRequest
  private readonly since: number | undefined
  private finish: () => void = () => {}
  /** Where objects have to be converted, events wait in line for that: the last of them. */
  private line: Promise<void> | undefined
  private isOver = false

  /** @throws Refusal for a resourceVersion that is none */
  constructor(store: Store, settings: WatchSettings, request: WatchRequest) {
    this.store = store
    this.settings = settings
    this.request = request
    this.table = request.resource.storage.table
    this.since = requestedRevision(request.options.resourceVersion, refuseRead)
  }

  /** Writes events until the time is over, the client leaves, {@link end} is called or it falls too far behind. */
  async run(sink: EventSink, signal: AbortSignal): Promise<void> {
    const { clock, bookmarkInterval, random } = this.settings
    const { options } = this.request
    const seconds = options.timeoutSeconds ?? SHORTEST_WATCH * (1 + random())
    const cleanups: (() => void)[] = []
    try {
      await new Promise<void>((resolve, reject) => {
        this.finish = resolve
        if (signal.aborted) return resolve()
        if (!this.writeInitialEvents(sink)) return resolve()
        const follow = (change: Change) => {
          // What fails in here is this watch's affair and not the writer's, in whose stack it runs.
          try {
            this.inForm(sink, [change], () => this.follow(sink, change))
          } catch (error) {
            reject(error)
          }
        }
        cleanups.push(this.store.subscribe(follow, this.table))
        const deadline = clock.setTimer(seconds * 1000, () => {
          if (options.allowWatchBookmarks) this.writeBookmark(sink)
          this.inForm(sink, [], resolve)
        })
        cleanups.push(() => deadline.cancel())
        if (options.allowWatchBookmarks) cleanups.push(every(clock, bookmarkInterval, () => this.writeBookmark(sink)))
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      this.isOver = true
      for (const cleanup of cleanups) cleanup()
    }
  }

  /** Ends the stream cleanly; the client resumes where it was. */
  end(): void {
    this.finish()
  }

  /** False when the watch cannot go on: it has said why. */
  private writeInitialEvents(sink: EventSink): boolean {
    const { namespace, selection, options } = this.request
    const sendsState = options.sendInitialEvents ?? this.since === undefined
    if (sendsState) {
      const prefix = namespace === undefined ? '' : `${namespace}/`
      const entries = this.store.list(this.table, { prefix })
      this.inForm(
        sink,
        entries.map((current) => ({ current })),
        () => {
          for (const entry of entries) if (selection(entry.object)) this.write(sink, 'ADDED', entry)
        },
      )
      if (options.sendInitialEvents && options.allowWatchBookmarks) this.writeBookmark(sink, INITIAL_EVENTS_END)
      return true
    }
    if (this.since === undefined) return true
    try {
      const changes = this.store.changesSince(this.table, this.since)
      this.inForm(sink, changes, () => {
        for (const change of changes) this.follow(sink, change)
      })
      return true
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error
      sink.write(`${JSON.stringify({ type: 'ERROR', object: tooOld(error) })}\n`)
      return false
    }
  }

  private follow(sink: EventSink, change: Change): void {
    const { namespace, selection } = this.request
    const { current, previous, revision } = change
    // A client that named a revision of the future waits until it has come.
    if (this.since !== undefined && revision <= this.since) return
    if (namespace !== undefined && current.object.metadata.namespace !== namespace) return
    const was = previous !== undefined && selection(previous.object)
    const is = change.type === 'put' && selection(current.object)
    if (is) this.write(sink, was ? 'MODIFIED' : 'ADDED', current)
    else if (was) this.write(sink, 'DELETED', change.type === 'delete' ? current : this.departed(previous, revision))
  }

  /** An object that no longer matches is shown as it last did, under the revision at which it ceased to. */
  private departed({ key, object }: Entry, revision: number): Entry {
    const { resource } = this.request
    // What is converted once is not converted again: the copy has the form already that it is to be shown in.
    const last = resource.conversion?.prepare === undefined ? object : served(resource, object)
    return new Entry(key, { ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } }, revision)
  }

  /** Writes at once, or, where objects have to be converted for it, when they are and all before them are written. */
  private inForm(sink: EventSink, changes: readonly Shown[], write: () => void): void {
    const { resource } = this.request
    const { conversion } = resource
    if (conversion?.prepare === undefined) {
      write()
      return
    }
    const objects = changes.flatMap(({ current, previous }) =>
      previous === undefined ? [current.object] : [current.object, previous.object],
    )
    this.line = (this.line ?? Promise.resolve()).then(async () => {
      if (this.isOver) return
      try {
        await conversion.prepare?.(objects, 'served')
        if (!this.isOver) write()
      } catch (error) {
        const status = error instanceof Refusal ? error.status : internalError(messageOf(error)).status
        if (!this.isOver) sink.write(`${JSON.stringify({ type: 'ERROR', object: status })}\n`)
        this.end()
      }
    })
  }

  private write(sink: EventSink, type: EventType, entry: Entry): void {
    sink.write(`{"type":"${type}","object":`)
    sink.write(this.request.presenter.object(entry))
    sink.write('}\n')
    if (sink.buffered > this.settings.largestBacklog) this.end()
  }

  private writeBookmark(sink: EventSink, annotations?: Readonly<Record<string, string>>): void {
    // A client must not be sent back behind the revision it came with.
    const { revision } = this.store
    if (this.since !== undefined && revision < this.since) return
    this.inForm(sink, [], () => sink.write(`{"type":"BOOKMARK","object":${this.request.presenter.bookmark(revision, annotations)}}\n`))
  }
}

function tooOld({ requested, oldest }: CompactedError): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `too old resource version: ${requested} (${oldest})`,
    reason: 'Expired',
    code: 410,
  }
}

function every(clock: Clock, interval: number, action: () => void): () => void {
  let timer: Timer
  const arm = () => {
    timer = clock.setTimer(interval, () => {
      arm()
      action()
    })
  }
  arm()
  return () => timer.cancel()
}
