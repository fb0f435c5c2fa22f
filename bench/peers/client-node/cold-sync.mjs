// An informer on all ConfigMaps, as the package's own examples make one. Says `synced` when it is full; for a line on its standard input it says what
// it holds, `uid resourceVersion` a line. Argument: kubeconfig.
import { once } from 'node:events'
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const config = new KubeConfig()
config.loadFromFile(process.argv[2])
const api = config.makeApiClient(CoreV1Api)
const informer = makeInformer(config, '/api/v1/configmaps', () => api.listConfigMapForAllNamespaces())
informer.on('error', (error) => {
  throw error
})
// Returns when the list is in its cache, and its watch is being opened.
await informer.start()
process.stdout.write('synced\n')
await once(process.stdin, 'data')
const held = informer.list().map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}\n`)
process.stdout.write(held.join(''), () => process.exit(0))
