// One replica of a program that shares its objects, as a process of its own, so that it can be killed.
import { ConfigMap, connect } from '@kubewright/client'
import { controller, createManager, shardMember } from '@kubewright/runtime'

const [, , kubeconfig = '', identity = '', namespace = ''] = process.argv
const client = await connect({ kubeconfig })
const manager = createManager({
  client,
  identity,
  sharding: shardMember({ name: 'copier', namespace, leaseDuration: '10s', renewDeadline: '7s', retryPeriod: '1s' }),
})
manager.add(
  controller(ConfigMap, {
    name: 'copier',
    namespaces: [namespace],
    labelSelector: 'shared=true',
    workers: 10,
    async reconcile({ object, client, signal }) {
      const { want, done } = object.data ?? {}
      if (want === done) return
      const { name = '' } = object.metadata
      // The field manager is in the request's address, and so in everybody's log of requests.
      const resource = await client.resource(ConfigMap)
      await resource.patch({ namespace, name }, { type: 'merge', body: { data: { done: want } } }, { signal, fieldManager: identity })
    },
  }),
)
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort(new Error('SIGTERM')))
await manager.run(stopping.signal)
await client.close()
