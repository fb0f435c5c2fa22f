import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { type Client, sleep } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { type Crowd, startCrowd, TEAMS, teamOf } from './crowd.ts'
import { installPolicies } from './operator.ts'
import type { Question } from './operator-process.ts'

export interface OperatedCrowd {
  readonly crowd: Crowd
  /** Asks the operator's process. */
  ask(question: Question): Promise<number>
}

/** What has not read on for so long has read everything. */
const QUIET = 5_000

/**
 * Measures gc in a process of its own, under a policy for each team of a crowd; begins when the policies' statuses say that all objects are known, and
 * nothing is read any more.
 */
export async function withOperatedCrowd<T>(objects: number, measured: (operated: OperatedCrowd) => Promise<T>): Promise<T> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  const admin = cluster.client()
  await installPolicies(admin)
  await using crowd = await startCrowd(cluster.connection, objects)
  const child = fork(join(import.meta.dirname, 'operator-process.ts'), [JSON.stringify(crowd.connection)], { execArgv: ['--expose-gc'] })
  try {
    for (let team = 0; team < TEAMS; team++) await createPolicy(admin, team)
    while ((await known(admin)) < objects || performance.now() - crowd.lastPageAt < QUIET) await sleep(1_000)
    return await measured({ crowd, ask: (question) => ask(child, question) })
  } finally {
    child.kill()
  }
}

async function ask(child: ChildProcess, question: Question): Promise<number> {
  const answer = once(child, 'message')
  child.send(question)
  return ((await answer) as [number])[0]
}

async function createPolicy(admin: Client, team: number): Promise<void> {
  const labelSelector = { matchLabels: { team: teamOf(team) } }
  await (await admin.resource(GarbageCollectionPolicy)).create({
    metadata: { namespace: 'default', name: `crowd-${team}` },
    spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector }, ttl: { secondsAfterCreation: 86_400 } },
  } as never)
}

/** How many objects wait for their time, as the statuses of all policies say together. */
async function known(admin: Client): Promise<number> {
  const { items } = await (await admin.resource(GarbageCollectionPolicy)).list({ namespace: 'default' })
  return items.reduce((sum, { status }) => sum + (status?.pending ?? 0), 0)
}
