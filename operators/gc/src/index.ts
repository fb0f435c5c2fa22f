import { defineOperator, type Manager, type PolicyRule, permissionsOf } from 'kubewright'
import { gcHooks } from './admission/hooks.ts'
import { sdkBucket } from './bucket/sdk-bucket.ts'
import { bucketOf, config } from './config.ts'
import { Outlook } from './dashboard/outlook.ts'
import { gcView } from './dashboard/view.ts'
import { demoObjects } from './demo.ts'
import { operate } from './engine/operate.ts'
import { exampleManifests } from './generated/examples.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './kinds/policies.ts'
import { GarbageCollectionStop } from './kinds/stop.ts'
import { prometheusMeter } from './metrics/prometheus.ts'
import { defaultsOf } from './policy/defaults.ts'
import { reasons } from './reasons.ts'

export { demoObjects } from './demo.ts'
export { EMERGENCY_STOP_NAME, emergencyStop } from './emergency-stop/emergency-stop.ts'
export { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './kinds/policies.ts'
export { GarbageCollectionStop } from './kinds/stop.ts'

const policyKinds = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]
const kinds = [...policyKinds, GarbageCollectionStop]

/** Any kind can be the target of a policy. Who wants less writes a ClusterRole with fewer; a policy without the right says so in its status. */
const everything: PolicyRule = { apiGroups: ['*'], resources: ['*'], verbs: ['list', 'watch', 'delete'] }

/** Namespaces protect what is in them; and a policy does nothing that its author may not. */
const surroundings: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
  // Whether the definitions of its own kinds are as new as it is, and when a kind appears that a policy waits for.
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['list', 'watch'] },
  // For policies with behavior.evict.
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
]

/** What it does with its own kinds. Leases and events are every operator's. */
const own = permissionsOf(
  kinds.map((kind) => ({ name: 'gc', kind, owns: [], watches: [], finalizer: undefined })),
  { leaderElection: false, events: false },
)

function gcOperator() {
  // Those of the managers that it runs in: usually there is one.
  const outlooks = new WeakMap<Manager, Outlook>()
  const outlookOf = (manager: Manager) => {
    const outlook = outlooks.get(manager) ?? new Outlook()
    outlooks.set(manager, outlook)
    return outlook
  }
  return defineOperator({
    name: 'gc',
    description: 'deletes objects when their time is over, as GarbageCollectionPolicies say',
    kinds,
    permissions: [everything, ...surroundings, ...own],
    webhooks: (settings) => gcHooks(defaultsOf(settings)),
    reasons,
    config,
    importers: async () => (await import('./import/importers.ts')).importers,
    examples: (now) => [...exampleManifests, ...demoObjects(now)],
    view: (manager) => gcView(outlookOf(manager)),
    setup(manager, settings) {
      const meter = prometheusMeter(manager.metrics)
      const outlook = outlookOf(manager)
      const where = bucketOf(settings)
      const bucket = where && sdkBucket(where)
      manager.add({ name: 'gc', run: (signal, leader) => operate(signal, leader, { settings, meter, outlook, bucket }) })
    },
  })
}

/** Deletes objects when their time is over, as policies say. */
export const gc = gcOperator()
