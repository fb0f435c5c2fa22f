import { type Client, connect, isKindNotFound } from '@kubewright/client'
import { ConfigurationError, isAlreadyExists, isNotFound } from '@kubewright/core'
import { EMERGENCY_STOP_NAME, emergencyStop, GarbageCollectionStop } from '@kubewright/operator-gc/tools'
import type { Terminal } from '../terminal.ts'
import type { ClusterFlags } from './gc.ts'

export interface StopFlags extends ClusterFlags {
  readonly reason?: string
}

/** Stops all deletions: a second one changes nothing. @throws ConfigurationError when the cluster has no such switch */
export function gcStop(flags: StopFlags, terminal: Terminal): Promise<void> {
  return withStops(flags, terminal, async (client) => {
    const stops = await client.resource(GarbageCollectionStop, { signal: terminal.signal })
    try {
      await stops.create(emergencyStop(flags.reason), { signal: terminal.signal })
      terminal.stdout.write('all deletions are stopped; kubewright gc resume lets them go on\n')
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      terminal.stdout.write('all deletions were stopped already\n')
    }
  })
}

/** Takes back {@link gcStop}, and no stop of anybody else's: of those it tells. */
export function gcResume(flags: StopFlags, terminal: Terminal): Promise<void> {
  return withStops(flags, terminal, async (client) => {
    const { signal } = terminal
    const stops = await client.resource(GarbageCollectionStop, { signal })
    let wasStopped = true
    try {
      await stops.delete({ name: EMERGENCY_STOP_NAME }, { signal })
    } catch (error) {
      if (!isNotFound(error)) throw error
      wasStopped = false
    }
    const others = (await stops.list({ signal })).items.flatMap(({ metadata: { name = '' } }) =>
      name === EMERGENCY_STOP_NAME ? [] : [name],
    )
    if (others.length > 0)
      throw new ConfigurationError(
        `deletions stay stopped by ${others.map((name) => `GarbageCollectionStop "${name}"`).join(', ')}: whoever made it deletes it with kubectl delete garbagecollectionstop`,
      )
    terminal.stdout.write(wasStopped ? 'deletions go on\n' : 'deletions were not stopped\n')
  })
}

async function withStops(flags: ClusterFlags, { signal }: Terminal, work: (client: Client) => Promise<void>): Promise<void> {
  const client = await connect({
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    ...(flags.context !== undefined && { context: flags.context }),
  })
  try {
    await work(client)
  } catch (error) {
    signal.throwIfAborted()
    // The paths of our kinds are known without discovery: a server without them answers 404.
    if (!isKindNotFound(error) && !isNotFound(error)) throw error
    throw new ConfigurationError(
      `${client.server} does not know GarbageCollectionStop: install the kinds with kubewright manifests gc --only crds | kubectl apply --server-side -f -`,
      { cause: error, code: 'KW-KIND-NOT-FOUND' },
    )
  } finally {
    await client.close()
  }
}
