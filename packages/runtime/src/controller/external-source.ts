import type { Clock } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import { bestOf, type TriggerResult } from './control.ts'
import type { ReconcileTarget } from './request.ts'

/** Something outside the cluster whose changes concern this controller's objects. */
export interface ExternalSource {
  /** In logs. */
  readonly name: string
  /**
   * Runs as long as the controller works (on the leader only, where one is elected), until the signal aborts, and resolves when it has really
   * stopped. What it throws is logged and counted, and it is begun again after a pause that grows from 1 s to 1 min.
   */
  run(context: ExternalSourceContext): Promise<void>
}

/** What a source of one's own has at hand. */
export interface ExternalSourceContext {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly log: Logger
  /** Has the object reconciled, if it can. Objects that do not exist are no trouble. */
  trigger(target: ReconcileTarget): TriggerResult
}

/** A source of a controller that is told by hand what has changed outside the cluster. */
export interface EventSource {
  /** For the option `sources`. */
  readonly source: ExternalSource
  /**
   * Has the object reconciled: give its name, or the object itself. Before a controller works (`kept`), this is kept for when one does, and dropped then
   * when the object is another replica's. Of several controllers the best answer is returned.
   */
  trigger(target: ReconcileTarget | { readonly metadata: { readonly name?: string; readonly namespace?: string } }): TriggerResult | 'kept'
}

/** A source that the program feeds itself: a webhook of a Git server, a message from a queue. It may feed any number of controllers. */
export function eventSource(name = 'events'): EventSource {
  const listeners = new Set<ExternalSourceContext['trigger']>()
  /** By name, so that ten thousand calls for one object before the start are kept as one. */
  const early = new Map<string, ReconcileTarget>()
  return {
    trigger(subject) {
      const target = targetOf(subject)
      if (listeners.size > 0) return bestOf([...listeners].map((listener) => listener(target)))
      early.set(JSON.stringify([target.cluster, target.namespace, target.name]), target)
      return 'kept'
    },
    source: {
      name,
      async run({ signal, trigger }) {
        listeners.add(trigger)
        for (const target of early.values()) trigger(target)
        early.clear()
        await untilAborted(signal)
        listeners.delete(trigger)
      },
    },
  }
}

/** A source from an async iterable: begun again when it ends or throws. `open` gets the signal with which it must end. */
export function streamSource(name: string, open: (signal: AbortSignal) => AsyncIterable<ReconcileTarget>): ExternalSource {
  return {
    name,
    async run({ signal, trigger }) {
      for await (const target of open(signal)) {
        if (signal.aborted) return
        trigger(target)
      }
      if (!signal.aborted) throw new Error('the stream ended')
    },
  }
}

function targetOf(subject: Parameters<EventSource['trigger']>[0]): ReconcileTarget {
  if (!('metadata' in subject)) return subject
  const { name, namespace } = subject.metadata
  if (!name) throw new Error('an object without metadata.name cannot be reconciled: give its name')
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
