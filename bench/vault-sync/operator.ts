import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ClusterConnection } from 'kubewright'

export interface RunningOperator {
  /** CPU time of its process since its start, ms. */
  cpu(): Promise<number>
  /** Ends when the process has. */
  stop(): Promise<void>
}

/** The operator in a process of its own: its CPU time is its own, and the servers' work does not hold it up. */
export function startOperator(connection: ClusterConnection, settings: object): RunningOperator {
  const child = fork(join(import.meta.dirname, 'operator-process.ts'), [JSON.stringify(connection), JSON.stringify(settings)])
  const ended = once(child, 'exit')
  return {
    async cpu() {
      const answer = once(child, 'message')
      child.send('cpu')
      return ((await answer) as [number])[0]
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
