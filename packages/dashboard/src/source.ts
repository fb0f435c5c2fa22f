// What a manager gives a dashboard to look at. The shapes are those of the runtime's own, so that a manager can be handed over as it is.
import type { Clock, GroupVersionKind, KubeObject } from '@kubewright/core'
import type { DashboardView } from './model/view.ts'

export interface SourceRequest {
  readonly cluster: string
  readonly namespace?: string | undefined
  readonly name: string
}

export interface SourceWrite {
  readonly verb: string
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly dryRun: boolean
  readonly ms: number | undefined
}

export interface SourceReconcile {
  readonly controller: string
  readonly kind: GroupVersionKind
  readonly request: SourceRequest
  readonly id: string
  readonly attempt: number
  readonly at: number
}

export interface SourceOutcome {
  readonly result: string
  readonly error?: unknown
  readonly again?: number
  readonly verdict?: string
}

export interface SourceEvent {
  readonly type: string
  readonly reason: string
  readonly note: string
  readonly reportingController: string
  readonly regarding: {
    readonly apiVersion?: string | undefined
    readonly kind?: string | undefined
    readonly namespace?: string | undefined
    readonly name?: string | undefined
  }
}

export type SourceObservation =
  | ({ readonly what: 'began' } & SourceReconcile)
  | ({
      readonly what: 'ended'
      readonly ms: number
      readonly outcome: SourceOutcome
      readonly writes: readonly SourceWrite[]
    } & SourceReconcile)
  | { readonly what: 'recorded'; readonly at: number; readonly cluster: string; readonly event: SourceEvent }

export interface SourceHandler {
  add(object: KubeObject, context: { readonly initial: boolean }): void
  update(old: KubeObject, object: KubeObject): void
  delete(object: KubeObject): void
}

export interface SourceInformer {
  readonly type: GroupVersionKind
  readonly synced: boolean
  readonly size: number
  readonly liveness: {
    readonly activity: string
    /** Monotonic ms. */
    readonly lastByteAt: number | undefined
    readonly reconnects: number
    readonly relists: number
    readonly failure: { readonly message: string } | undefined
  }
  get(name: string, namespace?: string): KubeObject | undefined
  list(): readonly KubeObject[]
  subscribe(handler: SourceHandler): { readonly synced: Promise<void>; close(): void }
}

export interface SourceWatch {
  readonly kind: string
  readonly cluster: string
  readonly metadataOnly: boolean
  readonly users: number
  readonly informer: SourceInformer
}

export interface SourceOverview {
  readonly identity: string
  readonly life: string
  readonly leads: boolean
  readonly leader: string | undefined
  readonly runnables: readonly {
    readonly name: string
    readonly state: string
    readonly queued?: number
    readonly active?: number
    readonly paused?: true
  }[]
  readonly clusters: readonly { readonly name: string; readonly server: string; readonly reachability: string }[]
}

/** Requests to the API server so far, by verb and status code. */
export interface SourceRequests {
  readonly method: string
  readonly code: string
  readonly count: number
}

/** A controller that can be held, and told to look at an object. */
export interface SourceController {
  readonly name: string
  readonly kind: Pick<GroupVersionKind, 'group' | 'kind'>
  readonly control: {
    pause(): void
    resume(): void
    trigger(target: { readonly name: string; readonly namespace?: string }): 'queued' | 'elsewhere' | 'unknown cluster' | 'not running'
  }
}

/** An action that somebody has taken on the page. */
export interface TakenAction {
  readonly action: 'requeue' | 'pause' | 'resume'
  readonly controllers: readonly string[]
  /** What it was about, as far as it is watched. */
  readonly object?: KubeObject | undefined
  readonly result: string
}

/** What may be done from the page. Whoever serves it has asked before who it is. */
export interface SourceActions {
  controllers(): readonly SourceController[]
  /** Called for each one that was taken, for the records. */
  taken(action: TakenAction): void
}

export interface DashboardSource {
  /** Named on the page. */
  readonly program: string
  readonly clock: Clock
  readonly sharded: boolean
  readonly views: readonly DashboardView[]
  overview(): SourceOverview
  watches(): readonly SourceWatch[]
  requests(): Promise<readonly SourceRequests[]>
  readonly observations: { subscribe(listener: (observation: SourceObservation) => void): () => void }
  /** @default none: the page only shows */
  readonly actions?: SourceActions | undefined
  /** The object without what nobody should see. */
  visible(object: KubeObject): object
  /** A text without the values that are known to be secret, or look so. */
  hide(text: string): string
}
