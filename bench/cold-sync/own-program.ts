// A manager with a cache of all ConfigMaps. Arguments: kubeconfig; JSON of the scope and of how what there is comes.
import { once } from 'node:events'
import { type CacheOptions, ConfigMap, connect, createManager, type InformerScope, silentLogger } from 'kubewright'

export interface OwnMode {
  readonly scope: InformerScope<ConfigMap>
  readonly cache: CacheOptions
}

const [kubeconfig, mode] = process.argv.slice(2)
const { scope, cache } = JSON.parse(mode!) as OwnMode
const client = await connect({ kubeconfig: kubeconfig! })
const manager = createManager({ client, cache, log: silentLogger })
const { informer } = await manager.cache.informer(ConfigMap, scope)
const running = manager.run(new AbortController().signal)
await Promise.race([informer.whenSynced(), running])
process.stdout.write('synced\n')
await once(process.stdin, 'data')
const held = informer.list().map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}\n`)
process.stdout.write(held.join(''), () => process.exit(0))
