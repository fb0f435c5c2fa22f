// In a process of its own: what is known of objects that wait for their time, as the tracker of the gc operator holds it.
import { Tracker } from '../../operators/gc/src/tracker/tracker.ts'
import type { Held } from '../collected-heap.ts'

export type Waiting = 'one policy' | 'two policies'

const OBJECTS = 200_000
const NOW = { wall: 1_700_000_000_000, mono: 0 }

/** The argument says how many policies have a say about each object. */
export function hold(argument: string): Held {
  return {
    items: OBJECTS,
    fill: () => {
      const tracker = new Tracker(() => 0.5)
      const policies = argument === 'two policies' ? ['p', 'q'] : ['p']
      for (const policy of policies)
        tracker.setPolicy(policy, { dryRun: false, paused: false, line: 'x', rate: { perSecond: 100, batch: 50 } }, NOW)
      for (let index = 0; index < OBJECTS; index++) {
        // As they come off the wire: no two objects share a text.
        const seen = JSON.parse(textOf(index)) as Parameters<Tracker['observe']>[1]
        const at = NOW.wall + 60_000 + ((index * 7_919) % 86_400_000)
        for (const policy of policies) tracker.observe(policy, seen, { is: 'at', at, reason: 'a fixed time after its creation' }, NOW)
      }
      if (tracker.size !== OBJECTS || tracker.census('p', NOW).pending !== OBJECTS) throw new Error('not all are held: no figure')
      return tracker
    },
  }
}

function textOf(index: number): string {
  const hex = index.toString(16).padStart(12, '0')
  return JSON.stringify({
    uid: `3f2504e0-4f89-41d3-9a0c-${hex}`,
    name: `report-7d9c5b8f6d-${index.toString(36).padStart(5, '0')}`,
    namespace: `team-${index % 50}`,
    resourceVersion: String(90_000_000 + index),
    terminating: false,
  })
}
