import { describeKind, type KubeObject } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Applier, type LiveView } from './applier.ts'
import { CatchUp } from './catch-up.ts'
import type { ControllerSpec } from './definition.ts'
import type { Feed } from './feed.ts'
import { keyOf } from './request.ts'
import { SentChildren } from './sent-children.ts'
import { openSources, type Sources, type SourceTools } from './sources.ts'
import { StrandedKeys } from './stranded-keys.ts'
import { waitForSync } from './sync.ts'

/** Ms between two looks at an owner whose children vanish unseen: somebody who deletes them at once must not make a hot loop of two programs. */
const MISSED_PAUSE = 1000

/** What a controller has and knows of one cluster. */
export interface ClusterWork<T extends KubeObject> {
  readonly cluster: Cluster
  readonly sources: Sources<T>
  readonly feed: Feed
  readonly applier: Applier
  readonly catchUp: CatchUp
  readonly stranded: StrandedKeys
  /** Keys of the objects that are known to be paused, so that each pause is told once. */
  readonly paused: Set<string>
}

/** Opens the sources and resolves when all of them are in sync. @throws Error when a kind or a list cannot be had for too long, or the signal's reason */
export async function openClusterWork<T extends KubeObject>(
  spec: ControllerSpec<T>,
  feed: Feed,
  tools: Omit<SourceTools, 'children'>,
): Promise<ClusterWork<T>> {
  const { cluster } = tools
  let views: ReadonlyMap<string, LiveView> = new Map()
  const sentChildren = new SentChildren((owner) => feed.later(keyOf({ cluster: cluster.name, ...owner }), MISSED_PAUSE))
  const applier = new Applier({
    fieldManager: spec.name,
    viewOf: (kind) => views.get(kind),
    sent: (child, { metadata: { name = '', namespace } }, { informer, ownership }) => {
      if (ownership) sentChildren.sent(child, { name, ...(namespace === undefined ? {} : { namespace }) }, informer)
    },
  })
  const children = {
    seen: (child: KubeObject, informer: Informer<KubeObject>) => sentChildren.seen(child, informer),
    gone: (child: KubeObject) => applier.forget(child),
    relisted: (informer: Informer<KubeObject>) => sentChildren.relisted(informer),
  }
  const sources = await openSources(spec, { ...tools, children })
  views = viewsOf(spec, sources)
  try {
    await waitForSync(spec, sources, tools)
  } catch (error) {
    await sources.close()
    throw error
  }
  const catchUp = new CatchUp({
    ...{ cache: cluster.cache, log: tools.log, signal: tools.signal },
    primary: sources.primary as unknown as Informer<KubeObject>,
    owned: sources.owned.map(({ informer }) => informer),
    again: (key, priority) => feed.again(key, priority),
  })
  return { cluster, sources, feed, applier, catchUp, stranded: new StrandedKeys(), paused: new Set() }
}

/** Where applied objects can be seen: what is owned, and what is watched whole. */
function viewsOf<T extends KubeObject>(spec: ControllerSpec<T>, { owned, watched }: Sources<T>): ReadonlyMap<string, LiveView> {
  const views = new Map<string, LiveView>()
  for (const [at, { source }] of spec.watches.entries()) {
    const { labelSelector, fieldSelector, metadataOnly, transform } = source
    const informer = watched[at]!
    // A part of the kind, or another form of it, does not tell whether an object is as it should be.
    if (labelSelector || fieldSelector || metadataOnly || transform) continue
    views.set(describeKind(informer.type), { informer, metadataOnly: false, ownership: false })
  }
  for (const { spec: owns, informer } of owned)
    views.set(describeKind(informer.type), { informer, metadataOnly: owns.metadataOnly, ownership: true })
  return views
}
