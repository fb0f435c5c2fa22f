// Managers under test: each with its own client, metrics and log, run until it is told to stop.
import { type Client, type ClusterConnection, connectTo } from '@kubewright/client'
import {
  type ControllerDefinition,
  createManager,
  type Manager,
  type ManagerOptions,
  type Runnable,
  restClientMetrics,
} from '@kubewright/runtime'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import { capturingLog, type LogLine } from './capturing-log.ts'

export interface RunningManager {
  readonly manager: Manager
  readonly client: Client
  readonly lines: readonly LogLine[]
  /** Resolves with `undefined` after a stop, else with the error that ended it. */
  readonly ended: Promise<unknown>
  stop(): Promise<unknown>
}

/** Starts a manager on a connection; the end of the test is the end of it. */
export function runManager(...args: Parameters<typeof startManager>): RunningManager {
  const running = startManager(...args)
  onTestFinished(async () => void (await running.stop()))
  return running
}

/** The same for tests that run at the same time: they stop it themselves. */
export function startManager(
  connection: ClusterConnection,
  things: readonly (ControllerDefinition | Runnable)[] | ((manager: Manager) => void),
  options: Omit<Partial<ManagerOptions>, 'client' | 'log'> = {},
): RunningManager {
  const metrics = new Registry()
  const client = connectTo(connection, { observe: restClientMetrics(metrics) })
  const { log, lines } = capturingLog()
  const manager = createManager({ ...options, client, log, metrics })
  if (typeof things === 'function') things(manager)
  else for (const thing of things) manager.add(thing)
  const controller = new AbortController()
  const ended = manager
    .run(controller.signal)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => client.close())
  const stop = () => {
    controller.abort()
    return ended
  }
  return { manager, client, lines, ended, stop }
}
