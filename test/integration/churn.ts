// Objects that come, change and go, and the truth about them as the server answered it.
import type { ConfigMap, Resource } from '@kubewright/client'
import { sleep } from '@kubewright/core'
import { configMap } from './harness.ts'

/** What was written to one name, in order. */
export interface History {
  readonly versions: { readonly uid: string; readonly resourceVersion: string }[]
  /** Uids that were deleted. */
  readonly deleted: string[]
  alive: boolean
}

export interface Ledger {
  readonly histories: ReadonlyMap<string, History>
  readonly writes: number
  /** Resolves when the last write was answered; on a busy machine it goes on until there were enough to mean something. */
  stop(): Promise<void>
}

const NAMES = 12
const ENOUGH = 25
/** Between two writes, in ms: quicker than any trouble, slow enough for two cores and many tests at once. */
const PACE = 15

/** Writes until it is stopped: directly, and never through the proxy under test. */
export async function churn(configMaps: Resource<ConfigMap>, namespace: string): Promise<Ledger> {
  const histories = new Map<string, History>()
  const stop = new AbortController()
  let writes = 0

  const write = async (name: string, n: number) => {
    const history = histories.get(name) ?? { versions: [], deleted: [], alive: false }
    histories.set(name, history)
    const note = ({ metadata: { uid = '', resourceVersion = '' } }: ConfigMap) => history.versions.push({ uid, resourceVersion })
    if (!history.alive) note(await configMaps.create(configMap(namespace, name, { labels: { churn: '' }, data: { n: String(n) } })))
    else if (n % 7 === 3) {
      await configMaps.delete({ namespace, name })
      history.deleted.push(history.versions.at(-1)!.uid)
    } else note(await configMaps.patch({ namespace, name }, { type: 'merge', body: { data: { n: String(n) } } }))
    history.alive = n % 7 !== 3 || !history.alive
    writes++
  }
  const running = (async () => {
    for (let n = 0; !stop.signal.aborted || n < ENOUGH; n++) {
      await write(`object-${(n * 5) % NAMES}`, n)
      await sleep(PACE, { signal: stop.signal }).catch(() => {})
    }
  })()
  return {
    histories,
    get writes() {
      return writes
    },
    async stop() {
      stop.abort()
      await running
    },
  }
}
