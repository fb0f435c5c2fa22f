import { deepEqual, messageOf, sleepOrAbort } from '@kubewright/core'
import { type Duration, milliseconds } from './duration.ts'
import type { ExternalSource, ExternalSourceContext } from './external-source.ts'
import { keyOf, type ReconcileTarget } from './request.ts'

/** How often a {@link poll} source looks, and at what. */
export interface PollOptions {
  /** In logs. @default 'poll' */
  readonly name?: string
  /** The time between the end of one look and the next, ±10 % so that replicas and controllers do not ask in step. */
  readonly every: Duration
  /** Looks at the world outside, for all objects at once. What it throws is logged, and the next look comes as always. */
  list(signal: AbortSignal): Promise<Iterable<Polled>> | Iterable<Polled>
}

/** One thing outside that belongs to an object. */
export interface Polled extends ReconcileTarget {
  /** How it is. The object is reconciled when this is new, when it changed, and when it has gone. Without it: at every look. */
  readonly state?: unknown
}

const JITTER = 0.1

/** A source that looks at the world outside again and again, and has those objects reconciled for which something changed there. */
export function poll({ name = 'poll', every, list }: PollOptions): ExternalSource {
  const period = milliseconds(every)
  if (!(period > 0)) throw new Error(`poll "${name}": "every" is ${period} ms: it must be more than 0`)
  return {
    name,
    async run(context) {
      const { signal, clock, random, log } = context
      let known: Known = new Map()
      while (!signal.aborted) {
        try {
          known = tell(known, await list(signal), context)
        } catch (error) {
          if (signal.aborted) return
          log.warn('cannot look at what is outside; trying again', { source: name, error: messageOf(error) })
        }
        await sleepOrAbort(period * (1 + JITTER * (2 * random() - 1)), { clock, signal })
      }
    },
  }
}

/** Several things may belong to one object: their states are compared together. */
type Known = ReadonlyMap<string, readonly Polled[]>

function tell(known: Known, found: Iterable<Polled>, { trigger }: ExternalSourceContext): Known {
  const now = Map.groupBy(found, keyOf)
  const states = (polled: readonly Polled[] | undefined) => polled?.map(({ state }) => state)
  for (const [key, polled] of now) {
    const stateless = polled.some(({ state }) => state === undefined)
    if (stateless || !deepEqual(states(known.get(key)), states(polled))) trigger(polled[0]!)
  }
  for (const [key, polled] of known) if (!now.has(key)) trigger(polled[0]!)
  return now
}
