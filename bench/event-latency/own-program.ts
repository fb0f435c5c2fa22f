// A controller of all ConfigMaps. Shows, of each object that was made while it ran, its name and the milliseconds from the stamp in it until its
// reconcile was entered. Argument: kubeconfig.
import { once } from 'node:events'
import { ConfigMap, connect, controller, createManager, silentLogger } from 'kubewright'
import { now } from './stamp.ts'

const client = await connect({ kubeconfig: process.argv[2]! })
const manager = createManager({ client, log: silentLogger })
const seen = new Map<string, number>()
manager.add(
  controller(ConfigMap, {
    reconcile({ object, request }) {
      const at = now()
      const stamp = object.data?.['stamp']
      if (stamp !== undefined && !seen.has(request.name)) seen.set(request.name, at - Number(stamp))
    },
  }),
)
const { informer } = await manager.cache.informer(ConfigMap)
const running = manager.run(new AbortController().signal)
await Promise.race([informer.whenSynced(), running])
process.stdout.write('synced\n')
await once(process.stdin, 'data')
process.stdout.write([...seen].map(([name, ms]) => `${name} ${ms}\n`).join(''), () => process.exit(0))
