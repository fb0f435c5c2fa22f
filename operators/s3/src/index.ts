import { defineOperator, type Manager, type PolicyRule, permissionsOf, SecretValues } from 'kubewright'
import { s3Hooks } from './admission/hooks.ts'
import { bucketController } from './bucket/controller.ts'
import { config, type S3Config } from './config.ts'
import { view } from './dashboard.ts'
import { accessKeyController } from './keys/controller.ts'
import { AccessKey } from './kinds/access-key.ts'
import { Bucket } from './kinds/bucket.ts'
import { BucketPolicy } from './kinds/bucket-policy.ts'
import { IAMPolicy } from './kinds/iam-policy.ts'
import { Provider } from './kinds/provider.ts'
import { User } from './kinds/user.ts'
import { Meter } from './metrics/meter.ts'
import { bucketPolicyController } from './policy/bucket-policy-controller.ts'
import { iamPolicyController } from './policy/iam-policy-controller.ts'
import { ConnectionPool } from './provider/connection-pool.ts'
import { providerController } from './provider/controller.ts'
import { reasons } from './reasons.ts'
import { Creations } from './reconcile/creations.ts'
import type { Environment } from './reconcile/environment.ts'
import { userController } from './user/controller.ts'

export { type DemoServer, demoObjects } from './demo.ts'
export { AccessKey } from './kinds/access-key.ts'
export { Bucket } from './kinds/bucket.ts'
export { BucketPolicy } from './kinds/bucket-policy.ts'
export { IAMPolicy } from './kinds/iam-policy.ts'
export { Provider } from './kinds/provider.ts'
export { User } from './kinds/user.ts'

const controllersOf = (environment: Environment) => [
  providerController(environment),
  bucketController(environment),
  userController(environment),
  accessKeyController(environment),
  iamPolicyController(environment),
  bucketPolicyController(environment),
]

/** Credentials are read one by one; those of keys are made, published and removed. */
const SECRETS: PolicyRule = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch', 'delete'] }
/** Keys are made by what is stored, and not by what was. */
const LIVE_READS: PolicyRule = { apiGroups: [AccessKey.group], resources: [AccessKey.plural], verbs: ['get'] }

/** Buckets, users, policies and access keys on servers of S3 and IAM. */
export const s3 = defineOperator({
  name: 's3',
  description: 'makes buckets, users, policies and access keys on Wasabi, AWS and other S3 servers',
  kinds: [Provider, Bucket, BucketPolicy, User, IAMPolicy, AccessKey],
  // What controllers declare does not hang on what they work with.
  permissions: permissionsOf(controllersOf({ settings: config.parse({}) } as Environment), {
    leaderElection: false,
    events: false,
    ownerReferencesEnforced: true,
    also: [SECRETS, LIVE_READS],
  }),
  reasons,
  view,
  webhooks: s3Hooks,
  config,
  importers: async () => [(await import('./import/importer.ts')).wasabiImporter],
  setup(manager: Manager, settings: S3Config) {
    const secrets = new SecretValues()
    const conceal = (secret: string) => void secrets.add(secret)
    const meter = new Meter(manager.metrics)
    const connections = new ConnectionPool({
      clock: manager.clock,
      environment: process.env,
      allowedEndpoints: settings.allowedEndpoints,
      ambientCredentialsNamespaces: settings.ambientCredentialsNamespaces,
      conceal,
      connection: {
        random: Math.random,
        assertLeader: () => manager.assertLeader(),
        observe: (api, operation, outcome, seconds) => meter.called(api, operation, outcome, seconds),
        hide: (text) => secrets.hide(text),
      },
    })
    const environment: Environment = {
      ...{ settings, connections, meter, conceal },
      creations: new Creations(manager.clock),
      random: Math.random,
      newId: () => manager.newId(),
      me: manager.newId(),
    }
    for (const controller of controllersOf(environment)) manager.add(controller)
    manager.add({
      name: 's3-connections',
      needsLeaderElection: false,
      async run(signal) {
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve()
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        connections.close()
      },
    })
  },
})
