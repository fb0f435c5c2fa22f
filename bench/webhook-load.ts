// Asks one webhook at a fixed rate, from a thread of its own, and tells how long the answers took. An answer that is late does not slow the asking
// down: its whole wait counts.
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

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
  readonly failed: number
}

const load = workerData as Load
const agent = new Agent({ keepAlive: true, maxSockets: 64, ca: load.ca })
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(load.body) }

function ask(due: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: load.port, path: load.path, method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode === 200 ? performance.now() - due : undefined))
    })
    asked.once('error', () => resolve(undefined))
    asked.end(load.body)
  })
}

async function measure(seconds: number): Promise<readonly (number | undefined)[]> {
  const pending: Promise<number | undefined>[] = []
  const began = performance.now()
  for (let sent = 0; sent < seconds * load.rate; ) {
    const due = began + (sent * 1000) / load.rate
    // Not spinning: the core is the program's.
    if (performance.now() < due) await sleep(1)
    else {
      pending.push(ask(due))
      sent++
    }
  }
  return await Promise.all(pending)
}

// Connections are made and code is compiled before it counts.
await measure(2)
const began = performance.now()
const answers = await measure(load.seconds)
const took = (performance.now() - began) / 1000
const times = answers.filter((time) => time !== undefined).sort((a, b) => a - b)
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
const result: LoadResult = {
  perSecond: times.length / took,
  p50: at(0.5),
  p99: at(0.99),
  p999: at(0.999),
  failed: answers.length - times.length,
}
parentPort!.postMessage(result)
