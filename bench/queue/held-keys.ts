// In a process of its own: the same keys, held in one way or another.
import { systemClock, WorkQueue } from 'kubewright'
import type { Held } from '../collected-heap.ts'

const KEYS = 100_000

export type Holder = 'ready' | 'delayed' | 'set'

export function hold(holder: string): Held {
  const keys = Array.from({ length: KEYS }, (_, index) => `shop-${index % 10}/site-${index}`)
  // Flattens the concatenated strings, so that their bytes are there before the measurement.
  const ready = new Set(keys)
  ready.clear()
  return {
    items: KEYS,
    fill: () => {
      if (holder === 'set') return [keys, new Set(keys)]
      const queue = new WorkQueue({ clock: systemClock, fairness: { tenantOf: (key) => key.slice(0, key.indexOf('/')) } })
      for (const key of keys) {
        if (holder === 'ready') queue.add(key)
        else queue.addAfter(key, 3_600_000)
      }
      return [keys, queue]
    },
  }
}
