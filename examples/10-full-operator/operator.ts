// The whole: children, a finalizer with an external API, webhooks, two versions, settings of its own. Replicas share the work with --shards.
import { controller, Deployment, defineOperator, isTerminal, messageOf, run, Service, z } from 'kubewright'
import { type CloudClient, cloudAt } from '../04-external-api/cloud-client.ts'
import { Store, storeConversion, storeHooks } from './store.ts'

const stores = (cloud: CloudClient) =>
  controller(Store, {
    owns: [Deployment, Service],
    workers: 4,
    retry: { base: '10ms', cap: '1m' },
    async reconcile({ object: { metadata, spec }, apply, status, condition, signal }) {
      const { name, uid } = metadata
      try {
        const database = (await cloud.find(uid, signal)) ?? (await cloud.order(uid, spec.database.size, signal))
        if (database.size !== spec.database.size) await cloud.resize(database, spec.database.size, signal)
        status.database = database.id
        if (database.state !== 'running') {
          condition('Ready', false, 'DatabaseCreating')
          return { requeueAfter: '200ms' }
        }
        const labels = { store: name }
        const container = { name: 'store', image: spec.image, env: [{ name: 'DATABASE', value: database.id }] }
        const deployment = await apply<Deployment>({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name },
          spec: {
            replicas: spec.replicas,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [container] } },
          },
        })
        if (spec.open)
          await apply<Service>({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ port: 80 }] } })
        const { availableReplicas = 0, observedGeneration } = deployment.status ?? {}
        const isReady = observedGeneration === deployment.metadata.generation && availableReplicas === spec.replicas
        status.readyReplicas = availableReplicas
        condition('Ready', isReady, isReady ? 'Serving' : 'Progressing', `${availableReplicas} of ${spec.replicas} replicas`)
        return undefined
      } catch (error) {
        condition('Ready', false, isTerminal(error) ? 'Refused' : 'Failed', messageOf(error))
        throw error
      }
    },
    async cleanup({ object, signal }) {
      const database = await cloud.find(object.metadata.uid, signal)
      if (database !== undefined) await cloud.cancel(database, signal)
    },
  })

export const operator = defineOperator({
  name: 'store',
  description: 'stores with a database in the cloud',
  controllers: ({ cloudUrl }) => [stores(cloudAt(cloudUrl))],
  webhooks: [storeHooks],
  conversions: [storeConversion],
  config: z.object({
    cloudUrl: z.string().default('http://127.0.0.1:8090').meta({ description: 'where the cloud sells databases', placeholder: 'URL' }),
  }),
})

if (import.meta.main) await run(operator)
