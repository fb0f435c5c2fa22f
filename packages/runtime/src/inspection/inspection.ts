// What a running program shows of itself to people and dashboards: its kinds, its events, who leads, and what happens to the objects it watches. It
// reads the caches and asks the API server nothing. Whoever may see an object there may see it here, and nobody else.
import type { Clock } from '@kubewright/core'
import type { InformerSummary } from '../cache/contract.ts'
import type { EventJournal } from '../events/journal.ts'
import type { Logger } from '../log/logger.ts'
import { Redaction } from '../log/redaction.ts'
import type { Overview } from '../manager/overview.ts'
import type { Deed } from '../serving/access-review.ts'
import type { HttpAnswer, HttpQuestion, HttpStream } from '../serving/http-server.ts'
import { definitionSummary, type ShownKind } from './definitions.ts'
import { ChangeFeeds } from './feeds.ts'
import { eventQuery, QueryError, watchSelection } from './query.ts'
import { visibleText } from './visible.ts'

export interface InspectionOptions {
  /** Of the kinds that the program brings. */
  readonly kinds: readonly ShownKind[]
  readonly informers: () => readonly InformerSummary[]
  readonly overview: () => Overview
  readonly journal: EventJournal
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
}

/** Each holds a connection: scrapes must still get theirs. */
const MOST_STREAMS = 16

/**
 * Whether a reader may watch is asked when it comes, so each is sent away after 4 to 5 min and comes again by itself: that long, and no longer, one sees what
 * one may see no more. Of its own length for each, so that those who came together do not come again together.
 */
const STREAM_LIFETIME = 300_000

const ENDPOINTS: Readonly<Record<string, string>> = {
  '/leader': 'who leads, and whether this replica does',
  '/kinds': 'what is watched, and how much of it there is',
  '/crds': 'the kinds that this program brings; /crds/NAME is one whole definition',
  '/events': 'what this replica has recorded: ?namespace= &name= &kind= &type= &reason= &component= &since= &limit=, or ?statistics',
  '/watch':
    'changes as server-sent events: ?resource=websites.example.dev &namespace= &name= &labelSelector=; ends after 4 to 5 min and resumes by Last-Event-ID',
}

export class Inspection {
  readonly #options: InspectionOptions
  readonly #feeds: ChangeFeeds
  readonly #redaction: Redaction
  #streams = 0

  constructor(options: InspectionOptions) {
    this.#options = options
    this.#feeds = new ChangeFeeds(options.informers, options.clock)
    this.#redaction = new Redaction(options.log.secrets)
  }

  /** What one must be allowed to do for the answer; `undefined`: to get the path. */
  deedOf({ pathname, searchParams }: URL): Deed | undefined {
    // Statistics are of everything that was recorded, wherever.
    const everywhere = pathname === '/events' && searchParams.has('statistics')
    const namespace = everywhere ? undefined : (searchParams.get('namespace') ?? undefined)
    if (pathname === '/events') return { group: 'events.k8s.io', resource: 'events', verb: 'list', namespace }
    if (pathname !== '/watch') return undefined
    const [resource = '', ...group] = (searchParams.get('resource') ?? '').split('.')
    return { group: group.join('.'), resource, verb: 'watch', namespace }
  }

  /** `undefined`: there is no such page. */
  answer(url: URL, question: HttpQuestion): HttpAnswer | HttpStream | undefined {
    try {
      return this.#page(url, question)
    } catch (error) {
      if (error instanceof QueryError) return { status: 400, body: `${error.message}\n` }
      throw error
    }
  }

  close(): void {
    this.#feeds.close()
  }

  #page({ pathname, searchParams }: URL, question: HttpQuestion): HttpAnswer | HttpStream | undefined {
    const { kinds, overview, journal, clock } = this.#options
    const { identity, life, leads, leader } = overview()
    if (pathname === '/') return json({ identity, life, endpoints: ENDPOINTS })
    if (pathname === '/leader') return json({ identity, leads, leader: leader ?? null })
    if (pathname === '/kinds') return json({ items: overview().clusters })
    if (pathname === '/crds') return json({ items: kinds.map(definitionSummary) })
    if (pathname.startsWith('/crds/')) return this.#definition(pathname.slice('/crds/'.length))
    if (pathname === '/watch') return this.#watch(searchParams, question)
    if (pathname !== '/events') return undefined
    const query = eventQuery(searchParams, clock)
    if (searchParams.has('statistics')) return json(journal.statistics(clock.now()))
    const items = journal.query(query).map(({ first, last, ...entry }) => ({
      ...entry,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    }))
    return json({ items })
  }

  #definition(name: string): HttpAnswer {
    const kind = this.#options.kinds.find(({ plural, group }) => `${plural}.${group}` === name)
    return kind === undefined ? { status: 404, body: `this program brings no ${name}\n` } : json(kind.crd())
  }

  #watch(parameters: URLSearchParams, { headers, signal }: HttpQuestion): HttpAnswer | HttpStream {
    const { clock, random } = this.#options
    const selection = watchSelection(parameters)
    const resource = parameters.get('resource') ?? ''
    const feed = this.#feeds.of(resource, selection.namespace)
    if (feed === 'unknown resource')
      return { status: 404, body: `"${resource}" is not watched here: resource is one of ${this.#feeds.names().join(', ') || 'none'}\n` }
    if (feed === 'namespace not watched')
      return { status: 404, body: `"${resource}" is not watched here in namespace "${selection.namespace}"\n` }
    if (this.#streams >= MOST_STREAMS)
      return { status: 503, body: `there are ${MOST_STREAMS} readers already\n`, headers: { 'retry-after': '10' } }
    const header = headers['last-event-id']
    const lastEventId = parameters.get('lastEventId') ?? (typeof header === 'string' && header !== '' ? header : undefined)
    const shown = (told: Parameters<typeof visibleText>[0]) => visibleText(told, this.#redaction)
    const stream = this.#counted(
      feed.stream({ selection, lastEventId, shown, clock, signal, lifetime: STREAM_LIFETIME * (0.8 + 0.2 * random()) }),
    )
    // A proxy that collects before it passes on would hold back what is meant for now.
    return { status: 200, contentType: 'text/event-stream; charset=utf-8', headers: { 'x-accel-buffering': 'no' }, stream }
  }

  async *#counted(stream: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    this.#streams++
    try {
      yield* stream
    } finally {
      this.#streams--
    }
  }
}

function json(value: unknown): HttpAnswer {
  return { status: 200, body: `${JSON.stringify(value, undefined, 2)}\n`, contentType: 'application/json' }
}
