// Asks one webhook at a fixed rate, from a process of its own, and tells how long the answers took. An answer that is late does not slow the asking
// down: its whole wait counts, from the moment at which it was due to be asked for.
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Load {
  readonly port: number
  readonly ca: string
  readonly path: string
  readonly body: string
  readonly rate: number
  readonly seconds: number
}

export interface LoadResult {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** How late the asking itself was: what it says is in all the other figures. */
  readonly late99: number
  readonly failed: number
}

interface Answered {
  readonly late: number
  readonly took: number | undefined
}

async function run(load: Load, begun: () => void): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, ca: load.ca })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(load.body) }
  const ask = (due: number): Promise<Answered> => {
    const late = performance.now() - due
    return new Promise((resolve) => {
      const asked = request({ host: '127.0.0.1', port: load.port, path: load.path, method: 'POST', agent, headers }, (response) => {
        response.resume()
        response.once('end', () => resolve({ late, took: response.statusCode === 200 ? performance.now() - due : undefined }))
      })
      asked.once('error', () => resolve({ late, took: undefined }))
      asked.end(load.body)
    })
  }
  const atRate = async (seconds: number): Promise<readonly Answered[]> => {
    const pending: Promise<Answered>[] = []
    const began = performance.now()
    for (let sent = 0; sent < seconds * load.rate; ) {
      const due = began + (sent * 1000) / load.rate
      if (performance.now() < due) await sleep(1)
      else {
        pending.push(ask(due))
        sent++
      }
    }
    return await Promise.all(pending)
  }
  // Connections are made and code is compiled before it counts.
  await atRate(2)
  begun()
  const began = performance.now()
  const answers = await atRate(load.seconds)
  const took = (performance.now() - began) / 1000
  agent.destroy()
  const rank = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b)
    return (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  }
  const times = answers.flatMap((answer) => (answer.took === undefined ? [] : [answer.took]))
  const at = rank(times)
  return {
    perSecond: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    late99: rank(answers.map(({ late }) => late))(0.99),
    failed: answers.length - times.length,
  }
}

process.on('message', (load: Load) => {
  run(load, () => process.send!('begun')).then(
    (result) => process.send!(result),
    (error: unknown) => {
      throw error
    },
  )
})
