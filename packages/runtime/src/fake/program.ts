import type { Clock, Kind, KubeObject } from '@kubewright/core'
import { createLogger } from '../log/logger.ts'
import { createManager, type Manager } from '../manager/manager.ts'
import type { ManagerOptions } from '../manager/options.ts'
import type { Runnable } from '../manager/runnable.ts'
import { fakeClient } from './fake-client.ts'
import { FakeServer } from './fake-server.ts'

export interface Website extends KubeObject {
  readonly spec: { readonly image: string }
  readonly status?: { readonly ready?: boolean; readonly message?: string }
}
export const Website: Kind<Website> = { group: 'example.dev', version: 'v1', kind: 'Website', plural: 'websites', namespaced: true }

export interface Deployment extends KubeObject {
  readonly spec?: { readonly image?: string; readonly replicas?: number }
  readonly status?: { readonly readyReplicas?: number }
}
export const Deployment: Kind<Deployment> = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true }
export const Lease: Kind<KubeObject> = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true }
export const Event: Kind<KubeObject> = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }

export const website = (name: string, image = 'nginx', metadata: Partial<KubeObject['metadata']> = {}) => ({
  metadata: { name, namespace: 'shop', ...metadata },
  spec: { image },
})

/** A clock that the test moves. */
export interface TestClock extends Clock {
  advance(ms: number): Promise<void>
  readonly pending: number
}

export interface Program {
  readonly server: FakeServer
  readonly clock: TestClock
  readonly manager: Manager
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** Messages at a level. */
  said(level: string): readonly string[]
  /** What run() ended with; `undefined` while it runs or when it ended well. */
  readonly outcome: { ended: boolean; error: unknown }
  stop(): Promise<void>
}

export interface ProgramOptions extends Partial<Omit<ManagerOptions, 'clock'>> {
  readonly server?: FakeServer
  readonly clock: TestClock
  readonly prepare?: (server: FakeServer) => void
}

/** A manager with these runnables at work on a fake server, in virtual time. */
export async function startProgram(runnables: readonly Runnable[], options: ProgramOptions): Promise<Program> {
  const { server = new FakeServer().serve(Website, Deployment, Lease, Event), clock, prepare, ...rest } = options
  prepare?.(server)
  const log: Readonly<Record<string, unknown>>[] = []
  let ids = 0
  const manager = createManager({
    client: fakeClient(server),
    clock,
    log: createLogger({ level: 'debug', destination: { write: (line) => log.push(JSON.parse(line)) } }),
    identity: 'replica-1',
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    ...rest,
  })
  for (const runnable of runnables) manager.add(runnable)
  const stopping = new AbortController()
  const outcome = { ended: false, error: undefined as unknown }
  const run = manager.run(stopping.signal).then(
    () => {
      outcome.ended = true
    },
    (error: unknown) => {
      outcome.ended = true
      outcome.error = error
    },
  )
  await clock.advance(0)
  await clock.advance(0)
  return {
    server,
    clock,
    manager,
    log,
    outcome,
    said: (level) => log.filter((line) => line['level'] === level).map((line) => String(line['message'])),
    async stop() {
      stopping.abort()
      for (let i = 0; i < 100 && !outcome.ended; i++) await clock.advance(1000)
      await run
    },
  }
}
