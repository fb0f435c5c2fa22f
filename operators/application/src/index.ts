import { conversion, defineOperator, lossless, type PolicyRule, showcaseMetrics } from 'kubewright'
import { applicationHooks } from './admission/hooks.ts'
import { config } from './config.ts'
import { view } from './dashboard.ts'
import { demoObjects } from './demo.ts'
import { Application } from './kind/application.ts'
import { countApplications, rollbackCounter } from './metrics/census.ts'
import { reasons } from './reasons.ts'
import { applicationController, CHILD_KINDS } from './reconcile/controller.ts'

export { demoObjects } from './demo.ts'
export { Application } from './kind/application.ts'

/** Whether a name is free is asked of the server, as other people's objects are not in the cache. */
const lookUps: readonly PolicyRule[] = CHILD_KINDS.map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: ['get'] }))

/** Runs applications: one object for a Deployment, its settings, its Service, how it scales and how it is reached. */
export const application = defineOperator({
  name: 'application',
  description: 'runs Applications: pods, settings, Service, ingress, scaling, rollout and rollback from one object',
  controllers(policy, { metrics }) {
    const rollbacks = rollbackCounter(metrics)
    return [applicationController({ policy, workers: policy.workers, rolledBack: (namespace) => rollbacks.inc({ namespace }) })]
  },
  permissions: lookUps,
  // Children block the deletion of their owner in the foreground.
  ownerReferencesEnforced: true,
  webhooks: applicationHooks,
  conversions: [conversion(Application, lossless(Application.converters!))],
  reasons,
  config,
  view,
  examples: demoObjects,
  setup(manager) {
    countApplications(manager)
    showcaseMetrics(manager.metrics)
  },
})
