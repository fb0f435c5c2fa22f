import { modernEvents, toCoreEvent, toModernEvent } from '../strategies/events.ts'
import type { GroupKinds } from './kind.ts'

/** The other view of the events of the core group. */
export const events: GroupKinds = {
  group: 'events.k8s.io',
  version: 'v1',
  kinds: [
    {
      kind: 'Event',
      plural: 'events',
      short: ['ev'],
      strategy: modernEvents,
      storage: { table: '/events', apiVersion: 'v1' },
      conversion: { toStorage: toCoreEvent, fromStorage: toModernEvent },
    },
  ],
}
