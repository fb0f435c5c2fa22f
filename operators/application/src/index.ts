import { conversion, defineOperator, lossless, type Manager, type PolicyRule, permissionsOf } from 'kubewright'
import { applicationHooks } from './admission/hooks.ts'
import { type ApplicationConfig, config } from './config.ts'
import { demoObjects } from './demo.ts'
import { Application } from './kind/application.ts'
import { Census } from './metrics/census.ts'
import { applicationController, CHILD_KINDS } from './reconcile/controller.ts'

export { demoObjects } from './demo.ts'
export { Application } from './kind/application.ts'

const usual = config.parse({})

/** Whether a name is free is asked of the server, as other people's objects are not in the cache. */
const lookUps: readonly PolicyRule[] = CHILD_KINDS.map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: ['get'] }))

/** Runs applications: one object for a Deployment, its settings, its Service, how it scales and how it is reached. */
export const application = defineOperator({
  name: 'application',
  description: 'runs Applications: pods, settings, Service, ingress, scaling, rollout and rollback from one object',
  kinds: [Application],
  permissions: permissionsOf([applicationController({ policy: usual, workers: usual.workers })], {
    leaderElection: false,
    events: false,
    // Children block the deletion of their owner in the foreground, which takes a right where OwnerReferencesPermissionEnforcement is on.
    ownerReferencesEnforced: true,
    also: lookUps,
  }),
  webhooks: applicationHooks(usual),
  webhooksWith: applicationHooks,
  conversions: [conversion(Application, lossless(Application.converters!))],
  config,
  examples: demoObjects,
  setup(manager: Manager, settings: ApplicationConfig) {
    manager.add(applicationController({ policy: settings, workers: settings.workers, census: new Census(manager.metrics) }))
  },
})
