import type { Collector } from '../collector.ts'
import type { ControllerFacts, Overview, RequestFacts, WatchFacts } from '../model/snapshot.ts'
import { kindName } from '../objects/identity.ts'
import type { DashboardSource, SourceWatch } from '../source.ts'

export interface Surroundings {
  readonly requests: readonly RequestFacts[]
  readonly startedAt: number
  readonly interval: number
  readonly memory: Overview['memory']
}

export function overviewOf(source: DashboardSource, collector: Collector, surroundings: Surroundings): Overview {
  const { identity, life, leads, leader, runnables, clusters } = source.overview()
  const own = clusters.find(({ name }) => name === '')
  const monotonic = source.clock.monotonic()
  return {
    ...{ identity, life, leads, leader, ...surroundings },
    program: source.program,
    server: own?.server ?? '',
    reachable: own?.reachability ?? '',
    sharded: source.sharded,
    now: source.clock.now(),
    controllers: runnables.flatMap((runnable) => (runnable.queued === undefined ? [] : controllerFacts(runnable, collector))),
    watches: source.watches().map((watch) => watchFacts(watch, monotonic, (text) => source.hide(text))),
    views: source.views.map(({ name, title }) => ({ name, title })),
    unlisted: collector.catalogue.unlisted,
    actsOn: source.actions && [...new Set(source.actions.controllers().map(({ kind }) => kindName(kind)))],
  }
}

type Runnable = ReturnType<DashboardSource['overview']>['runnables'][number]

function controllerFacts({ name, state, queued = 0, active = 0, paused }: Runnable, { reconciles }: Collector): ControllerFacts {
  return { name, state, paused: paused === true, queued, active, ...reconciles.tally(name).facts() }
}

function watchFacts({ kind, cluster, users, informer }: SourceWatch, now: number, hide: (text: string) => string): WatchFacts {
  const { activity, lastByteAt, reconnects, relists, failure } = informer.liveness
  const silence = lastByteAt === undefined ? undefined : Math.round(now - lastByteAt)
  const told = failure === undefined ? undefined : hide(failure.message)
  return { kind, cluster, users, activity, reconnects, relists, silence, synced: informer.synced, objects: informer.size, failure: told }
}
