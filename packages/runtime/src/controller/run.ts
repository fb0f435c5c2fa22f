import type { KubeObject } from '@kubewright/core'
import type { Manager } from '../manager/manager.ts'
import type { Runnable } from '../manager/runnable.ts'
import type { SharedControl } from './control.ts'
import type { ControllerSpec } from './definition.ts'
import { ControllerEngine } from './engine.ts'

/** A controller's life in a manager: wait for its kinds, fill its queue from their changes, and, when all of them are in sync and it may, work on it. */
export function lifeOf<T extends KubeObject>(spec: ControllerSpec<T>, control: SharedControl): Required<Pick<Runnable, 'warmUp' | 'run'>> {
  // Warm engines, until they work. By manager, since one definition may be added to several.
  const warm = new WeakMap<Manager, ControllerEngine<T>>()

  const open = async (engine: ControllerEngine<T>, signal: AbortSignal) => {
    try {
      await engine.open(signal)
    } catch (error) {
      await engine.close(error)
      throw error
    }
  }

  return {
    async warmUp(signal, manager) {
      const engine = new ControllerEngine(spec, manager, control)
      warm.set(manager, engine)
      await open(engine, signal)
      const closeUnlessTaken = () => {
        if (warm.delete(manager))
          engine.close(signal.reason).catch((error: unknown) => engine.log.error('cannot close the controller', { error }))
      }
      if (signal.aborted) closeUnlessTaken()
      signal.addEventListener('abort', closeUnlessTaken, { once: true })
    },

    async run(signal, manager) {
      const engine = warm.get(manager) ?? new ControllerEngine(spec, manager, control)
      warm.delete(manager)
      try {
        await open(engine, signal)
        await engine.work(signal)
      } catch (error) {
        // Told to stop while it waited: that wait's rejection is how it ends, and is no failure.
        if (!signal.aborted) throw error
        if (error !== signal.reason) engine.log.warn('the controller failed while it stopped', { error })
      } finally {
        await engine.close(signal.reason)
      }
    },
  }
}
