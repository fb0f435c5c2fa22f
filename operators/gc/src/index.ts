import { defineOperator, type Manager, type PolicyRule, permissionsOf } from 'kubewright'
import { config, type GcConfig } from './config.ts'
import { demoObjects } from './demo.ts'
import { Collector } from './engine/collector.ts'
import { policiesKnown, watchPolicies } from './engine/policy-watch.ts'
import { sharedSource } from './engine/shared-source.ts'
import { cacheSource } from './engine/target-source.ts'
import { cacheFacts } from './facts/cache-facts.ts'
import { exampleManifests } from './generated/examples.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './kinds/policies.ts'
import { prometheusMeter } from './metrics/prometheus.ts'
import { SYSTEM_NAMESPACES } from './protection/protection.ts'

export { demoObjects } from './demo.ts'
export { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './kinds/policies.ts'

const kinds = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]

/** Any kind can be the target of a policy. Who wants less writes a ClusterRole with fewer; a policy without the right says so in its status. */
const everything: PolicyRule = { apiGroups: ['*'], resources: ['*'], verbs: ['list', 'watch', 'delete'] }

/** What it does with its policies. Leases and events are every operator's. */
const policies = permissionsOf(
  kinds.map((kind) => ({ name: 'gc', kind, owns: [], watches: [], finalizer: undefined })),
  { leaderElection: false, events: false },
)

/** Deletes objects when their time is over, as policies say. */
export const gc = defineOperator({
  name: 'gc',
  description: 'deletes objects when their time is over, as GarbageCollectionPolicies say',
  kinds,
  permissions: [everything, ...policies],
  config,
  examples: (now) => [...exampleManifests, ...demoObjects(now)],
  setup(manager: Manager, { concurrency, maxDeletionsPerSecond, protectedNamespaces, allowedKinds }: GcConfig) {
    const meter = prometheusMeter(manager.metrics)
    manager.add({
      name: 'gc',
      // The manager that the leader is given: its client sends no deletion that might meet another leader's.
      async run(signal, manager) {
        const recorder = manager.recorder('gc')
        const collector = new Collector(
          {
            client: manager.client,
            source: sharedSource(cacheSource(manager.cache)),
            facts: cacheFacts({ cache: manager.cache, reachability: manager.reachability, now: () => manager.clock.now() }),
            clock: manager.clock,
            log: manager.log.with({ operator: 'gc' }),
            meter,
            announce: (policy, note) => recorder.event(policy, { ...note, action: 'Collect' }),
            random: Math.random,
            mayAct: () => manager.isLeader(),
            reachability: manager.reachability,
            policiesKnown: () => policiesKnown(manager),
            abandon: manager.abandon,
          },
          { concurrency, maxDeletionsPerSecond, protection: { namespaces: [...SYSTEM_NAMESPACES, ...protectedNamespaces], allowedKinds } },
        )
        meter.leading(true)
        try {
          await collect(manager, collector, signal)
        } finally {
          meter.leading(false)
        }
      },
    })
  },
})

/** Nothing is deleted before every policy is known: one that comes late might be the one that keeps. */
async function collect(manager: Manager, collector: Collector, signal: AbortSignal): Promise<void> {
  const known = Promise.withResolvers<void>()
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const endsAll = (task: Promise<void>) => task.finally(() => stop.abort(signal.reason))
  const parts = [watchPolicies(manager, collector, known.resolve, ended), known.promise.then(() => collector.run(ended))]
  const outcomes = await Promise.allSettled(parts.map(endsAll))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
