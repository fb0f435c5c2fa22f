// An informer on all ConfigMaps. Shows, of each object that was made while it ran, its name and the milliseconds from the stamp in it until the handler
// was called. Argument: kubeconfig.
import { once } from 'node:events'
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const config = new KubeConfig()
config.loadFromFile(process.argv[2])
const api = config.makeApiClient(CoreV1Api)
const informer = makeInformer(config, '/api/v1/configmaps', () => api.listConfigMapForAllNamespaces())
const seen = new Map()
informer.on('add', ({ metadata, data }) => {
  if (data?.stamp !== undefined) seen.set(metadata.name, performance.timeOrigin + performance.now() - Number(data.stamp))
})
informer.on('error', (error) => {
  throw error
})
await informer.start()
process.stdout.write('synced\n')
await once(process.stdin, 'data')
process.stdout.write([...seen].map(([name, ms]) => `${name} ${ms}\n`).join(''), () => process.exit(0))
