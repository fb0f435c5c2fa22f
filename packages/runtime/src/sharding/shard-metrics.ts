import { Counter, Gauge, type Registry } from '../metrics/prometheus.ts'
import type { Territory } from './ring.ts'
import { MEMBER_STATES, stateOf } from './sightings.ts'
import type { ShardState } from './state.ts'

/** What a replica tells of its part in a ring. */
export class ShardMetrics {
  readonly #ring: string
  readonly #ranges: Gauge<'ring'>
  readonly #share: Gauge<'ring'>
  readonly #epoch: Gauge<'ring'>
  readonly #members: Gauge<'ring' | 'state'>
  readonly #moves: Counter<'ring' | 'direction'>
  readonly #labels: Counter<'ring' | 'result'>

  constructor(registry: Registry, ring: string) {
    this.#ring = ring
    const registers = [registry]
    const labelNames = ['ring'] as const
    this.#ranges = new Gauge({
      name: 'kubewright_shard_ranges',
      help: 'Ranges of the ring that this replica works on',
      labelNames,
      registers,
    })
    this.#share = new Gauge({
      name: 'kubewright_shard_share',
      help: 'The part of the ring that this replica works on, 0 to 1; over all replicas the sum is 1, and less while ranges move',
      labelNames,
      registers,
    })
    this.#epoch = new Gauge({
      name: 'kubewright_shard_epoch',
      help: 'Number of the table that this replica has seen last; it grows with each change of the members',
      labelNames,
      registers,
    })
    this.#members = new Gauge({
      name: 'kubewright_shard_members',
      help: 'Members of the ring as this replica sees them: ready, expired, uncertain, dead, orphaned',
      labelNames: ['ring', 'state'],
      registers,
    })
    this.#moves = new Counter({
      name: 'kubewright_shard_moves_total',
      help: 'Times that ranges of the ring became this replica’s (gained) or were taken from it (lost)',
      labelNames: ['ring', 'direction'],
      registers,
    })
    this.#labels = new Counter({
      name: 'kubewright_shard_labels_total',
      help: 'Objects that this replica has labelled with their slot of the ring (written), or could not (failed); for sharding by labels',
      labelNames: ['ring', 'result'],
      registers,
    })
    for (const direction of ['gained', 'lost']) this.#moves.inc({ ring, direction }, 0)
  }

  moved(direction: 'gained' | 'lost'): void {
    this.#moves.inc({ ring: this.#ring, direction })
  }

  labelled(result: 'written' | 'failed'): void {
    this.#labels.inc({ ring: this.#ring, result })
  }

  show({ seen, sightings }: ShardState, territory: Territory, now: number): void {
    const ring = this.#ring
    this.#ranges.set({ ring }, territory.ranges.length)
    this.#share.set({ ring }, territory.share)
    this.#epoch.set({ ring }, seen?.table.epoch ?? 0)
    const states = [...sightings.values()].map((sighting) => stateOf(sighting, now))
    for (const state of MEMBER_STATES) this.#members.set({ ring, state }, states.filter((other) => other === state).length)
  }
}
