// An informer on ConfigMaps of the namespace `default`, as the package's own examples make one. Says on standard output what it hears.
// Arguments: server URL; `throw` to have a handler that throws.
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const [server, mode] = process.argv.slice(2)
const config = new KubeConfig()
config.loadFromOptions({
  clusters: [{ name: 'it', server, skipTLSVerify: true }],
  users: [{ name: 'me' }],
  contexts: [{ name: 'it', cluster: 'it', user: 'me' }],
  currentContext: 'it',
})
const api = config.makeApiClient(CoreV1Api)
const list = () => api.listNamespacedConfigMap({ namespace: 'default' })
const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', list)
for (const event of ['add', 'update', 'delete'])
  informer.on(event, async (object) => {
    if (mode === 'throw') throw new Error('a mistake in the handler')
    process.stdout.write(`${event} ${object.metadata.name} ${object.metadata.resourceVersion}\n`)
  })
informer.on('error', () => process.stdout.write('error\n'))
setInterval(() => {}, 60_000)
await informer.start()
