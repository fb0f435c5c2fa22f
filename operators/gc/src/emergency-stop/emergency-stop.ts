import { GarbageCollectionStop } from '../kinds/stop.ts'

/** The name of the stop that `kubewright gc stop` makes and `kubewright gc resume` removes. Others, under names of their own, stop just as well. */
export const EMERGENCY_STOP_NAME = 'emergency-stop'

/** What stops all collection as long as it exists. */
export function emergencyStop(reason?: string): GarbageCollectionStop {
  return GarbageCollectionStop.of({ metadata: { name: EMERGENCY_STOP_NAME }, spec: reason === undefined ? {} : { reason } })
}

/** The stops that are there. */
export class EmergencyStop {
  readonly #stops = new Map<string, string>()

  set({ metadata: { name = '' }, spec }: GarbageCollectionStop): void {
    this.#stops.set(name, spec.reason ?? '')
  }

  remove({ metadata: { name = '' } }: GarbageCollectionStop): void {
    this.#stops.delete(name)
  }

  /** Why nothing is deleted, or `undefined` when collection goes on. */
  get reason(): string | undefined {
    const [name] = [...this.#stops.keys()].sort()
    if (name === undefined) return undefined
    const reason = this.#stops.get(name)!
    return `GarbageCollectionStop "${name}" stops all collection${reason === '' ? '' : `: ${reason}`}`
  }
}
