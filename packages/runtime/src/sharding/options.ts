import type { Client } from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'
import { type Duration, milliseconds } from '../controller/duration.ts'
import type { ElectionTimes } from '../leader-election/machine.ts'
import type { Placement } from './family.ts'

/** How replicas share the objects among them. */
export interface ShardingOptions {
  /** Name of the ring. Replicas that share objects share it; two programs must not. Leases NAME-shards and NAME-shard-IDENTITY are made. */
  readonly name: string
  /** Where the Leases are. @default the client's namespace */
  readonly namespace?: string
  /**
   * For about how long, at most, nobody works on what a replica had that has died. The others wait for less, by half of what this is longer than
   * `renewDeadline` (with the defaults 12.5 s from its last renewal), take over two requests later, and then work on what has changed meanwhile
   * first, for which the rest is. Whole seconds. @default 15 s
   */
  readonly leaseDuration?: Duration
  /** A replica that could not renew for a little longer than that stops its work. @default 10 s */
  readonly renewDeadline?: Duration
  /** Between two renewals, and two looks at the others. @default 2 s */
  readonly retryPeriod?: Duration
  /**
   * What a replica's caches hold of the objects that controllers reconcile, and of those that they own. What controllers only watch is held as a whole.
   * - `none`: everything. What moves to a replica is at hand at once, and nothing is listed; but memory does not shrink with more replicas.
   * - `client`: what is this replica's. The rest comes over the wire and is dropped when it has been decoded, so that heap is saved, and bytes are not.
   *   What moves to a replica has to be listed first.
   * - `server`: as `client`, but the API server leaves out most of the rest (`shardSelector`: its feature gate ShardedListAndWatch, alpha in
   *   Kubernetes 1.36). Objects are shared by whole namespaces, whatever their number in each: one large namespace is one replica's work. Needs "list" and "watch" on
   *   namespaces, unless the program names its own. Kinds without namespaces, and what they own, are filtered as with `client`; so is everything
   *   where the server does not know the selector, after one warning. A request leaves out 64 ranges of namespaces: with
   *   three replicas that is all of others' 200, and more than half of others' 670; what comes in excess is dropped here. A namespace that is made later between two
   *   that are left out together costs a list.
   * - `label`: as `client`, but objects bear a label, `shard.kubewright.dev/NAME` (`….owner` for what is owned), with one of 256 slots, and the API server
   *   sends only those of this replica's slots: any server can, and each sends what is needed and no more. The label follows from the object's name,
   *   or from its owner's, so a move writes nothing. What `apply` makes has it from the beginning; everything else is
   *   labelled once by the replica whose it is, which also puts right what somebody has changed: all replicas watch the metadata of what has no slot. Needs
   *   "patch" on these kinds. Objects that are there at the first start are labelled before they are worked on.
   *
   * Except with `none`, `cache.get` and `cache.list` of a kind that is reconciled or owned answer with this replica's part, unless
   * something else watches the kind as a whole. All replicas of a ring must agree on `server` and on `label`: who says otherwise waits until the others
   * are gone, so change it with the strategy "Recreate". @default none
   */
  readonly filter?: ShardFiltering
  /** A client of its own keeps renewals from queueing behind the program's other requests. @default the manager's client */
  readonly client?: Client
}

/** What the caches of a replica hold: everything, or its share, chosen by itself, by the API server, or by a label. */
export type ShardFiltering = 'none' | 'client' | 'server' | 'label'

export interface ResolvedSharding extends ElectionTimes {
  readonly name: string
  readonly namespace: string
  readonly client: Client
  readonly filter: ShardFiltering
  readonly placement: Placement
}

const PLACEMENTS: Readonly<Record<ShardFiltering, Placement>> = { none: 'family', client: 'family', server: 'namespace', label: 'slot' }

/** @throws ConfigurationError when the name cannot be one, or the times contradict each other */
export function resolveSharding(options: ShardingOptions, manager: { readonly client: Client }): ResolvedSharding {
  const { name, client = manager.client, namespace = client.namespace, filter = 'none' } = options
  const leaseDuration = milliseconds(options.leaseDuration ?? 15_000)
  const renewDeadline = milliseconds(options.renewDeadline ?? 10_000)
  const retryPeriod = milliseconds(options.retryPeriod ?? 2_000)
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`sharding: ${problem}`)
  }
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name)) {
    refuse(`"name" is ${JSON.stringify(name)}: it is a label and part of Leases' names, so 1 to 53 lower-case letters, digits or "-"`)
  }
  if (leaseDuration < 1000) refuse(`"leaseDuration" (${leaseDuration} ms) is below 1 s: a Lease counts in whole seconds`)
  if (leaseDuration <= renewDeadline) {
    refuse(
      `"leaseDuration" (${leaseDuration} ms) must be longer than "renewDeadline" (${renewDeadline} ms): another would begin before this one has stopped`,
    )
  }
  if (renewDeadline <= retryPeriod * 1.2) {
    refuse(
      `"renewDeadline" (${renewDeadline} ms) must be longer than 1.2 times "retryPeriod" (${retryPeriod} ms): one failed renewal would stop the replica`,
    )
  }
  if (!Object.hasOwn(PLACEMENTS, filter))
    refuse(`"filter" is ${JSON.stringify(filter)}: it is one of ${Object.keys(PLACEMENTS).join(', ')}`)
  const placement = PLACEMENTS[filter]
  return { name, namespace, client, filter, placement, leaseDuration, renewDeadline, retryPeriod }
}
