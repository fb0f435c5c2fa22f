// In a process of its own: gc on the connection that is the argument. To each question it answers with a number.

import { gc } from '@kubewright/operator-gc'
import { type ClusterConnection, connectTo, createLogger, createManager } from 'kubewright'

/** What may be asked: how much CPU the process has used, ms; how large its heap is after a full collection, bytes. */
export type Question = 'cpu' | 'heap'

const manager = createManager({
  client: connectTo(JSON.parse(process.argv[2]!) as ClusterConnection),
  log: createLogger({ level: 'error', format: 'text' }),
  metricsBindAddress: '0',
  healthProbeBindAddress: '0',
  leaderElection: false,
})
gc.setup(manager, gc.config.parse({}))
process.on('message', (question: Question) => process.send!(question === 'cpu' ? cpu() : heap()))

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error('to be run with --expose-gc')
  // What finalisation frees is collected by the next one.
  for (let time = 0; time < 3; time++) globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

await manager.run(new AbortController().signal)
