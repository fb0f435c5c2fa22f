import { ConfigurationError, describeKind, type Kind, type KubeObject } from '@kubewright/core'
import type { InformerScope } from '../cache/scope.ts'
import type { Runnable } from '../manager/runnable.ts'
import { DEFAULT_BACKOFF } from '../queue/item-backoff.ts'
import { type ControllerControl, SharedControl } from './control.ts'
import { milliseconds } from './duration.ts'
import type { ExternalSource } from './external-source.ts'
import type { ControllerOptions, OwnedKind, RetryOptions } from './options.ts'
import { changedBesidesStatus, type Predicate } from './predicate.ts'
import { type Concerned, concernedBy } from './references.ts'
import { lifeOf } from './run.ts'

/** A controller, ready to be added to a manager. What it touches can be read from it, for permissions and documents. */
export interface ControllerDefinition<T extends KubeObject = KubeObject> extends Runnable {
  readonly kind: Kind<T>
  readonly owns: readonly Kind<KubeObject>[]
  /** Of `owns`: those whose objects it deletes when they are no longer applied. */
  readonly prunes: readonly Kind<KubeObject>[]
  readonly watches: readonly Kind<KubeObject>[]
  readonly finalizer: string | undefined
  readonly metadataOnly: boolean
  /** Holds it and has it look, while it runs. */
  readonly control: ControllerControl
}

/** {@link ControllerOptions} with every default in place; times in ms. */
export interface ControllerSpec<T extends KubeObject> {
  readonly kind: Kind<T>
  readonly name: string
  readonly owns: readonly OwnedSpec[]
  readonly watches: readonly Concerned<T>[]
  readonly sources: readonly ExternalSource[]
  readonly predicates: readonly Predicate<T>[]
  readonly workers: number
  /** `undefined`: none. */
  readonly reconcileTimeout: number | undefined
  readonly retry: { readonly base: number; readonly cap: number; readonly maxAttempts: number }
  /** `undefined`: never. */
  readonly resync: number | undefined
  readonly debounce: number
  readonly fairness: NonNullable<ControllerOptions<T>['fairness']>
  readonly prune: boolean
  readonly clusters: 'local' | 'every'
  readonly sharded: boolean
  readonly cacheSyncTimeout: number
  readonly scope: InformerScope<T>
  readonly needsLeaderElection: boolean
  readonly finalizer: string | undefined
  readonly terminating: 'skip' | 'reconcile'
  readonly manages: ControllerOptions<T>['manages']
  readonly reconcile: ControllerOptions<T>['reconcile']
  readonly cleanup: ControllerOptions<T>['cleanup']
  readonly onDeleted: ControllerOptions<T>['onDeleted']
}

export interface OwnedSpec {
  readonly kind: Kind<KubeObject>
  readonly predicates: readonly Predicate<KubeObject>[]
  readonly labelSelector: string | undefined
  readonly metadataOnly: boolean
  readonly prune: boolean
}

/** @throws ConfigurationError when options contradict each other or make no sense. */
export function controller<T extends KubeObject>(kind: Kind<T>, options: ControllerOptions<T>): ControllerDefinition<T> {
  const spec = resolve(kind, options)
  const control = new SharedControl()
  const life = lifeOf(spec, control)
  return {
    name: spec.name,
    needsLeaderElection: spec.needsLeaderElection,
    sharded: spec.sharded,
    kind,
    owns: spec.owns.map((owned) => owned.kind),
    prunes: spec.owns.filter((owned) => owned.prune).map((owned) => owned.kind),
    watches: spec.watches.map(({ source }) => source.kind),
    finalizer: spec.finalizer,
    metadataOnly: spec.scope.metadataOnly ?? false,
    control,
    warmUp: life.warmUp,
    run: life.run,
    inspect: () => ({ queued: control.queueLength, active: control.active, ...(control.paused && { paused: true as const }) }),
  }
}

/** Ten hours, controller-runtime's: a safety net and no way of working. */
const RESYNC = 36_000_000
const CACHE_SYNC_TIMEOUT = 120_000

type Refuse = (problem: string) => never

function resolve<T extends KubeObject>(kind: Kind<T>, options: ControllerOptions<T>): ControllerSpec<T> {
  const { name = kind.kind.toLowerCase(), owns = [], watches = [], sources = [], workers = 1, cleanup, prune = true } = options
  const refuse: Refuse = (problem) => {
    throw new ConfigurationError(`controller ${name}: ${problem}`)
  }
  if (!/^[\w.-]{1,100}$/.test(name))
    refuse('its name must be 1 to 100 letters, digits, ".", "_" or "-": it is a label, a field manager and part of a path')
  if (!Number.isInteger(workers) || workers < 1) refuse(`"workers" is ${workers}: it must be a whole number of 1 or more`)
  if (options.finalizer !== undefined && cleanup === undefined)
    refuse('"finalizer" is set without "cleanup": add a cleanup function, or remove it')
  const duration = (field: string, value: number | string | undefined, least: number) => {
    if (value === undefined) return undefined
    const ms = milliseconds(value)
    if (!(ms >= least)) refuse(`"${field}" is ${ms} ms: it must be ${least === 0 ? '0 or more' : `${least} ms or more`}`)
    return ms
  }
  const finalizer = options.finalizer ?? `${kind.group || 'kubewright.dev'}/${name}`
  const { namespaces, labelSelector, metadataOnly = false } = options
  return {
    kind,
    name,
    owns: ownedKinds(owns, prune, refuse),
    watches: watches.map((source, at) => concernedBy(source, { controller: name, at })),
    sources,
    predicates: options.predicates ?? [changedBesidesStatus],
    workers,
    reconcileTimeout: duration('reconcileTimeout', options.reconcileTimeout, 1),
    retry: retryOf(options.retry ?? {}, duration, refuse),
    resync: options.resync === false ? undefined : (duration('resync', options.resync, 1000) ?? RESYNC),
    debounce: duration('debounce', options.debounce, 0) ?? 0,
    fairness: options.fairness ?? {},
    prune,
    clusters: options.clusters ?? 'local',
    sharded: options.sharded ?? true,
    cacheSyncTimeout: duration('cacheSyncTimeout', options.cacheSyncTimeout, 0) ?? CACHE_SYNC_TIMEOUT,
    scope: { namespaces, labelSelector, metadataOnly },
    needsLeaderElection: options.needsLeaderElection ?? true,
    finalizer: cleanup === undefined ? undefined : finalizer,
    terminating: options.terminating ?? 'skip',
    manages: options.manages?.bind(options),
    reconcile: options.reconcile.bind(options),
    cleanup: cleanup?.bind(options),
    onDeleted: options.onDeleted?.bind(options),
  }
}

function ownedKinds(owns: readonly (Kind<KubeObject> | OwnedKind)[], prune: boolean, refuse: Refuse): readonly OwnedSpec[] {
  const specs = owns.map((entry): OwnedSpec => {
    // A kind has a name in `kind`, an entry has a kind in it.
    const owned: OwnedKind = typeof entry.kind === 'string' ? { kind: entry as Kind<KubeObject> } : (entry as OwnedKind)
    const { kind, predicates = [], labelSelector, metadataOnly = false } = owned
    return { kind, predicates, labelSelector, metadataOnly, prune: owned.prune ?? prune }
  })
  const names = specs.map(({ kind }) => describeKind(kind))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) refuse(`"owns" has ${twice} twice: leave one of the two out`)
  return specs
}

function retryOf(
  { base, cap, maxAttempts = Number.POSITIVE_INFINITY }: RetryOptions,
  duration: (field: string, value: number | string | undefined, least: number) => number | undefined,
  refuse: Refuse,
): ControllerSpec<KubeObject>['retry'] {
  if (!(maxAttempts >= 1)) refuse(`"retry.maxAttempts" is ${maxAttempts}: it must be 1 or more`)
  const least = duration('retry.base', base, 1) ?? DEFAULT_BACKOFF.base
  const most = duration('retry.cap', cap, 1) ?? DEFAULT_BACKOFF.cap
  if (most < least) refuse(`"retry.cap" (${most} ms) is shorter than "retry.base" (${least} ms)`)
  return { base: least, cap: most, maxAttempts }
}
