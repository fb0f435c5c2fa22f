import { type KubeObject, messageOf, sleepOrAbort } from '@kubewright/core'
import type { ControllerEngine } from './engine.ts'
import type { ExternalSource } from './external-source.ts'
import { keyOf } from './request.ts'

/** A source that fails at once and always costs one line a minute. */
const SHORTEST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

/** Keeps a source running until the signal aborts. Never throws: one source that is down must not stop the others. */
export async function runExternalSource<T extends KubeObject>(
  source: ExternalSource,
  engine: ControllerEngine<T>,
  signal: AbortSignal,
): Promise<void> {
  const { manager, meter, spec } = engine
  const { clock } = manager
  const log = engine.log.with({ source: source.name })
  const context = {
    ...{ signal, clock, log, random: Math.random },
    trigger: (target: Parameters<typeof keyOf>[0]) => engine.trigger(keyOf(target), target.priority ?? 0),
  }
  for (let pause = SHORTEST_PAUSE; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const startedAt = clock.monotonic()
    try {
      await source.run(context)
      // Nothing more to come is a way to end, and not a failure.
      return
    } catch (error) {
      if (signal.aborted) return
      meter.panic()
      if (clock.monotonic() - startedAt > LONGEST_PAUSE) pause = SHORTEST_PAUSE
      log.error(`a source of controller ${spec.name} failed; it is begun again`, { error: messageOf(error), after: pause / 1000 })
    }
    await sleepOrAbort(pause, { clock, signal })
  }
}
