// One replica as a process of its own: while it leads it creates ConfigMaps named after itself, one after the other. SIGUSR2 blocks its event loop.
import { existsSync } from 'node:fs'
import { ConfigMap, connect } from '@kubewright/client'
import { sleep } from '@kubewright/core'
import { createManager, type LeaderElectionOptions, silentLogger } from '@kubewright/runtime'

export interface ReplicaSettings {
  readonly kubeconfig: string
  readonly identity: string
  readonly namespace: string
  readonly election: Pick<LeaderElectionOptions, 'leaseDuration' | 'renewDeadline' | 'retryPeriod'>
  /** SIGUSR2 blocks the event loop until there is this file. */
  readonly until: string
}

export interface ReplicaEvent {
  readonly at: number
  readonly saw: 'leads' | 'wrote' | 'refused' | 'blocked' | 'unblocked' | 'ended'
}

const { kubeconfig, identity, namespace, election, until } = JSON.parse(process.argv[2] ?? '') as ReplicaSettings
const say = (saw: ReplicaEvent['saw']) => process.stdout.write(`${JSON.stringify({ at: Date.now(), saw } satisfies ReplicaEvent)}\n`)

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort(new Error('told to stop')))
let toBlock = false
process.on('SIGUSR2', () => {
  toBlock = true
})
const blockIfTold = () => {
  if (!toBlock) return
  toBlock = false
  say('blocked')
  const never = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync(until)) Atomics.wait(never, 0, 0, 50)
  say('unblocked')
}

const [client, leaseClient] = await Promise.all([connect({ kubeconfig }), connect({ kubeconfig, connections: 1 })])
const manager = createManager({
  ...{ client, identity, log: silentLogger },
  leaderElection: { leaseName: 'replicas', leaseNamespace: namespace, client: leaseClient, ...election },
})
manager.add({
  name: 'writer',
  async run(signal, led) {
    say('leads')
    const configMaps = await led.client.resource(ConfigMap)
    for (let number = 0; !signal.aborted; number++) {
      // Right before a write: the worst moment.
      blockIfTold()
      try {
        await configMaps.create({ metadata: { namespace, name: `${identity}-${number}` } })
        say('wrote')
      } catch {
        say('refused')
      }
      await sleep(5, { signal }).catch(() => {})
    }
  },
})
await manager.run(stop.signal).catch(() => {})
await Promise.all([client.close(), leaseClient.close()])
say('ended')
