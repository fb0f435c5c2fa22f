import { type ClusterConnection, ConfigMap, connectTo, controller, createManager, silentLogger } from 'kubewright'
import type { Heard, Mark } from './ledger.ts'

export interface Witness {
  /** What a handler of the cache heard, by object. */
  readonly heard: ReadonlyMap<string, readonly Heard[]>
  /** The state in which a reconcile last saw each object. */
  readonly reconciled: ReadonlyMap<string, Mark | undefined>
  /** When the handler last heard anything. */
  readonly lastHeardAt: () => number
  stop(): Promise<void>
}

const markOf = ({ data }: ConfigMap): Mark => `=${Number(data?.['number'])}`

/** A manager with one controller and one more handler of the same informer, behind the given connection. */
export async function startWitness(connection: ClusterConnection, namespace: string): Promise<Witness> {
  const client = connectTo(connection)
  const manager = createManager({ client, log: silentLogger, namespaces: [namespace] })
  const heard = new Map<string, Heard[]>()
  const reconciled = new Map<string, Mark | undefined>()
  let lastHeardAt = performance.now()
  const hear = (object: ConfigMap, mark: Heard) => {
    lastHeardAt = performance.now()
    const marks = heard.get(object.metadata.name!) ?? []
    marks.push(mark)
    heard.set(object.metadata.name!, marks)
  }
  manager.add(
    controller(ConfigMap, {
      reconcile: ({ object, request }) => void reconciled.set(request.name, markOf(object)),
      onDeleted: ({ name }) => void reconciled.set(name, undefined),
    }),
  )
  const lease = await manager.cache.informer(ConfigMap)
  const subscription = lease.informer.subscribe({
    add: (object) => hear(object, markOf(object)),
    update: (_, object) => hear(object, markOf(object)),
    delete: (object, { finalStateUnknown }) => hear(object, finalStateUnknown ? 'gone' : `-${Number(object.data?.['number'])}`),
  })
  const stopping = new AbortController()
  const running = manager.run(stopping.signal)
  await subscription.synced
  return {
    heard,
    reconciled,
    lastHeardAt: () => lastHeardAt,
    async stop() {
      subscription.close()
      stopping.abort()
      await lease.release()
      await running
      await client.close()
    },
  }
}
