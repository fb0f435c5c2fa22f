// What the server sends and the page shows: plain data, no more than a person can read. Times are wall-clock ms, durations ms.

/** `none`: the object says nothing about itself. */
export type Health = 'ok' | 'progressing' | 'failing' | 'paused' | 'deleting' | 'none'

/** One object in a list. */
export interface ObjectRow {
  /** `Kind.group/namespace/name`: see `objectId`. */
  readonly id: string
  /** With its group, as kubectl prints it: `Website.example.dev`. */
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly health: Health
  /** In one word why; empty when there is none. */
  readonly reason: string
  readonly created: number
  /** When it was last seen to change; its creation until then. */
  readonly changed: number
}

/** What happened in one interval. */
export interface SamplePoint {
  readonly queued: number
  readonly reconciles: number
  readonly errors: number
  /** The longest reconcile that ended in it, ms; 0 when none did. */
  readonly slowest: number
}

export interface ControllerFacts {
  readonly name: string
  readonly state: string
  readonly paused: boolean
  readonly queued: number
  readonly active: number
  readonly reconciles: number
  readonly errors: number
  /** Over the last 200 reconciles, ms. `undefined`: none has ended yet. */
  readonly median: number | undefined
  readonly p99: number | undefined
  /** Oldest first, one for each interval of {@link Overview.interval}. */
  readonly series: readonly SamplePoint[]
  /** The last one, if it was not followed by a success of the same object. */
  readonly lastError: { readonly object: string; readonly message: string; readonly at: number } | undefined
}

export interface WatchFacts {
  readonly kind: string
  readonly cluster: string
  readonly synced: boolean
  readonly objects: number
  readonly users: number
  readonly activity: string
  /** Ms since the server was last heard on it; `undefined`: never. */
  readonly silence: number | undefined
  readonly reconnects: number
  readonly relists: number
  readonly failure: string | undefined
}

export interface RequestFacts {
  /** `GET`, `PATCH`, … */
  readonly verb: string
  readonly count: number
  /** Answered with 400 or above, or not at all. */
  readonly failed: number
  readonly perSecond: number
}

export interface Overview {
  readonly program: string
  readonly identity: string
  readonly server: string
  readonly reachable: string
  readonly life: string
  readonly leads: boolean
  readonly leader: string | undefined
  readonly sharded: boolean
  readonly startedAt: number
  readonly now: number
  /** Ms between two points of a series. */
  readonly interval: number
  readonly controllers: readonly ControllerFacts[]
  readonly watches: readonly WatchFacts[]
  readonly requests: readonly RequestFacts[]
  readonly memory: { readonly heap: number; readonly resident: number }
  readonly views: readonly { readonly name: string; readonly title: string }[]
  /** Kinds whose objects can be given to their controllers by hand. `undefined`: the page only shows. */
  readonly actsOn: readonly string[] | undefined
  /** Objects that are not in the list, because it has an end. */
  readonly unlisted: number
}

/** A line of what happens everywhere. */
export interface Happening {
  readonly sequence: number
  readonly at: number
  readonly object: string
  readonly tone: Tone
  readonly text: string
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain'

/** Everything, for a page that begins. */
export interface Snapshot {
  readonly overview: Overview
  readonly rows: readonly ObjectRow[]
  readonly happenings: readonly Happening[]
}

/** What has changed since the last frame. */
export interface Frame {
  readonly overview?: Overview
  readonly rows: readonly ObjectRow[]
  readonly gone: readonly string[]
  readonly happenings: readonly Happening[]
  /** Objects with something new in their timeline. */
  readonly touched: readonly string[]
}
