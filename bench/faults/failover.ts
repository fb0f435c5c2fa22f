import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sleep } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { untilTrue } from './until-true.ts'

const ROUNDS = 5

export interface Failover {
  /** From the leader's last sign of life to the first of the next one. */
  readonly gapSeconds: number
  /** How long two said that they lead. */
  readonly doubleSeconds: number
}

interface Replica {
  readonly child: ChildProcess
  first: number | undefined
  last: number | undefined
}

/** Two replicas with default times; the one that leads is ended, the other takes over, a new one comes. */
export async function measureFailover(): Promise<Readonly<Record<'SIGKILL' | 'SIGTERM', readonly Failover[]>>> {
  await using cluster = await startTestCluster({ server: 'real' })
  const outcome = { SIGKILL: [] as Failover[], SIGTERM: [] as Failover[] }
  const all: Replica[] = []
  const start = () => all.push(startReplica(cluster.kubeconfigPath))
  start()
  start()
  try {
    for (let round = 0; round < ROUNDS; round++)
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const failover = await failOver(all, signal, start)
        process.stderr.write(`${signal}, round ${round + 1}: ${JSON.stringify(failover)}\n`)
        outcome[signal].push(failover)
      }
  } finally {
    for (const { child } of all) child.kill('SIGKILL')
  }
  return outcome
}

async function failOver(all: Replica[], signal: 'SIGKILL' | 'SIGTERM', startAnother: () => void): Promise<Failover> {
  await untilTrue(() => all.some(({ first }) => first !== undefined))
  // Both have settled; and the end comes at any point of the leader's renewals.
  await sleep(4_000 + Math.random() * 2_000)
  const leaders = all.filter(({ child, first }) => child.exitCode === null && child.signalCode === null && first !== undefined)
  const leader = leaders[0]!
  const others = all.filter((replica) => replica !== leader && replica.first === undefined)
  leader.child.kill(signal)
  await once(leader.child, 'close')
  await untilTrue(() => others.some(({ first }) => first !== undefined))
  const next = others.find(({ first }) => first !== undefined)!
  const gap = next.first! - leader.last!
  startAnother()
  return { gapSeconds: gap / 1000, doubleSeconds: Math.max(0, -gap) / 1000 + (leaders.length > 1 ? 1 : 0) }
}

function startReplica(kubeconfig: string): Replica {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'replica.ts'), 'failover'], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const replica: Replica = { child, first: undefined, last: undefined }
  createInterface(child.stdout!).on('line', (line) => {
    replica.first ??= Number(line)
    replica.last = Number(line)
  })
  return replica
}
