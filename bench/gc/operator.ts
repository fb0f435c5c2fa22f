import { gc } from '@kubewright/operator-gc'
import { type Client, type ClusterConnection, connectTo, sleep } from 'kubewright'
import { quietManager } from '../quiet-manager.ts'

/** How many requests of each verb were sent; attempts count, each of them. */
export type Requests = Record<string, number>

/** `answered` hears of each attempt that was answered, with the HTTP status. */
export function countingClient(
  connection: ClusterConnection,
  answered: (verb: string, code: string) => void = () => {},
): { readonly client: Client; readonly requests: Requests } {
  const requests: Requests = {}
  const client = connectTo(connection, {
    observe: ({ verb, code }) => {
      requests[verb] = (requests[verb] ?? 0) + 1
      answered(verb, code)
    },
  })
  return { client, requests }
}

/** The operator in this process, as the command runs it, without a leader election. */
export function startGc(
  connection: ClusterConnection,
  {
    namespaces,
    answered,
    ...settings
  }: {
    readonly namespaces?: readonly string[]
    readonly answered?: (verb: string, code: string) => void
    readonly concurrency?: number
    readonly maxDeletionsPerSecond?: number
  },
): { readonly requests: Requests; stop(): Promise<Requests> } {
  const { client, requests } = countingClient(connection, answered)
  const stop = new AbortController()
  const manager = quietManager(client, namespaces)
  gc.setup(manager, gc.config.parse(settings))
  const running = manager.run(stop.signal)
  return {
    requests,
    async stop() {
      const counted = { ...requests }
      stop.abort()
      await running
      await client.close()
      return counted
    },
  }
}

/** Its kinds, served. */
export async function installPolicies(admin: Client): Promise<void> {
  for (const kind of gc.kinds) await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
  for (const kind of gc.kinds) {
    while ((await admin.discovery.find(kind)) === undefined) {
      admin.discovery.invalidate()
      await sleep(100)
    }
  }
}
