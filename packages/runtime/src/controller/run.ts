import type { KubeObject } from '@kubewright/core'
import type { Manager } from '../manager/manager.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import { Applier } from './applier.ts'
import type { ControllerSpec } from './definition.ts'
import { OwnWrites } from './own-writes.ts'
import { openSources, type Sources } from './sources.ts'
import { StrandedKeys } from './stranded-keys.ts'
import { waitForSync } from './sync.ts'
import { work } from './worker.ts'

/** A controller's life: wait for its kinds, fill its queue from their changes, and, when all of them are in sync, work on it. */
export async function runController<T extends KubeObject>(spec: ControllerSpec<T>, signal: AbortSignal, manager: Manager): Promise<void> {
  const log = manager.log.with({ controller: spec.name })
  const meter = manager.instruments.controllers.register(spec.name, spec.workers)
  const queue = new WorkQueue({ clock: manager.clock, observer: manager.instruments.queues.observer(spec.name) })
  manager.instruments.queues.track(spec.name, queue)
  const ownWrites = new OwnWrites()
  const stranded = new StrandedKeys()
  const endRescue = stranded.rescueOn(manager.reachability, queue)
  let sources: Sources<T> | undefined
  let started = false
  manager.addReadyCheck(`controller-${spec.name}`, () => {
    if (!started) throw new Error('its caches are not in sync yet')
  })
  const applier = new Applier({ client: manager.client, fieldManager: spec.name, informerOf: (kind) => sources?.owned.get(kind) })
  try {
    sources = await openSources(spec, { manager, queue, log, meter, ownWrites, applier, signal })
    await waitForSync(spec, sources, { manager, log, signal })
    started = true
    log.info('controller started', { workers: spec.workers })
    const tools = {
      spec,
      resource: await manager.client.resource(spec.kind, { signal }),
      informer: sources.primary,
      applier,
      ownWrites,
      paused: new Set<string>(),
      client: manager.client,
      cache: manager.cache,
      clock: manager.clock,
      recorder: manager.recorder(spec.name),
      panicked: meter.panic,
    }
    await Promise.all(Array.from({ length: spec.workers }, () => work(tools, { queue, meter, log, manager, stranded, signal })))
  } catch (error) {
    // Told to stop while it waited: that wait's rejection is how it ends, and is no failure.
    if (!signal.aborted) throw error
    if (error !== signal.reason) log.warn('the controller failed while it stopped', { error })
  } finally {
    endRescue()
    queue.shutDown()
    await sources?.close()
  }
}
