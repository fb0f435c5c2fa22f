import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Manager } from 'kubewright'
import type { Sample } from './sample.ts'

/** How often the event loop is asked whether it is late, in ms. */
const RESOLUTION = 10

/** Measures the process that it runs in, which was started with --expose-gc, and a manager in it. */
export class Measurement {
  readonly #manager: Manager
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  readonly #warnings: string[] = []

  constructor(manager: Manager) {
    this.#manager = manager
    this.#delays.enable()
    process.on('warning', ({ name, message }) => this.#warnings.push(`${name}: ${message}`))
  }

  async sample(): Promise<Sample> {
    const delay = this.#delays.percentile(99) / 1e6
    const text = await this.#manager.metrics.metrics()
    const silence = valuesOf(text, 'kubewright_watch_silence_seconds')
    const resources = process.getActiveResourcesInfo()
    const timers = resources.filter((type) => type === 'Timeout' || type === 'Immediate').length
    const sample = {
      delay,
      heap: await collectedHeap(),
      handles: resources.length - timers,
      timers,
      listeners: process.eventNames().reduce((sum, event) => sum + process.listenerCount(event), 0),
      series: text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
      silence: Math.max(0, ...silence),
      warnings: this.#warnings,
    }
    // The collections themselves are a delay, and not the operators'.
    this.#delays.reset()
    return sample
  }
}

function valuesOf(metrics: string, name: string): readonly number[] {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return lines.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)))
}

async function collectedHeap(): Promise<number> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('to be run with --expose-gc')
  // What finalisation frees is collected by the next one.
  for (let turn = 0; turn < 4; turn++) {
    gc()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
