import type { QueueObserver } from '../queue/options.ts'
import type { WorkQueue } from '../queue/work-queue.ts'
import { Counter, Gauge, Histogram, type Registry } from './prometheus.ts'

/** client-go's: ten nanoseconds times ten, twelve times. */
const BUCKETS = Array.from({ length: 12 }, (_, power) => 1e-8 * 10 ** power)

/** A label value for each priority would be a series for each number a user can think of (controller-runtime's limit). */
const MOST_PRIORITIES = 25
const TOO_MANY = 'exceeded_cardinality_limit'

type Labels = 'name' | 'controller'

/** What is shown of one queue. */
interface Meter {
  readonly labels: Readonly<Record<Labels, string>>
  adds: number
  retries: number
  queue: Pick<WorkQueue, 'depths' | 'unfinished'> | undefined
  /** Values of the label, in the order in which they were first seen. */
  readonly priorities: Set<string>
}

/**
 * The families `workqueue_*`. Counts are plain numbers until somebody asks: a hundred thousand adds are a hundred thousand additions, and what
 * depends on time is true at the moment of the scrape, not of the last half second.
 */
export class QueueMetrics {
  readonly #meters = new Map<string, Meter>()
  readonly #waited: Histogram<Labels>
  readonly #worked: Histogram<Labels>

  constructor(registry: Registry) {
    const registers = [registry]
    const labelNames = ['name', 'controller'] as const
    const meters = this.#meters
    const counter = (name: string, help: string, read: (meter: Meter) => number) =>
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset()
          for (const meter of meters.values()) this.inc(meter.labels, read(meter))
        },
      })
    const age = (name: string, help: string, of: 'total' | 'longest') =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset()
          for (const { labels, queue } of meters.values()) this.set(labels, (queue?.unfinished()[of] ?? 0) / 1000)
        },
      })
    const seconds = (name: string, help: string) => new Histogram({ name, help, labelNames, buckets: BUCKETS, registers })
    new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue by workqueue and priority',
      labelNames: [...labelNames, 'priority'],
      registers,
      collect() {
        this.reset()
        for (const meter of meters.values()) for (const [priority, depth] of depthsOf(meter)) this.set({ ...meter.labels, priority }, depth)
      },
    })
    counter('workqueue_adds_total', 'Total number of adds handled by workqueue', ({ adds }) => adds)
    counter('workqueue_retries_total', 'Total number of retries handled by workqueue', ({ retries }) => retries)
    this.#waited = seconds('workqueue_queue_duration_seconds', 'How long in seconds an item stays in workqueue before being requested')
    this.#worked = seconds('workqueue_work_duration_seconds', 'How long in seconds processing an item from workqueue takes.')
    age(
      'workqueue_unfinished_work_seconds',
      'Seconds of work in progress that no work_duration has observed yet: a steady rise is a stuck worker',
      'total',
    )
    age(
      'workqueue_longest_running_processor_seconds',
      'How many seconds has the longest running processor for workqueue been running.',
      'longest',
    )
  }

  /** Shows a queue under the name, from now on and with zeros, until {@link track}'s end. */
  observer(name: string): QueueObserver {
    const labels = { name, controller: name }
    const meter: Meter = { labels, adds: 0, retries: 0, queue: undefined, priorities: new Set(['0']) }
    this.#meters.set(name, meter)
    this.#waited.zero(labels)
    this.#worked.zero(labels)
    // A run that ends after the queue did must not bring its series back.
    const observe = (histogram: Histogram<Labels>, ms: number) => {
      if (this.#meters.get(name) === meter) histogram.observe(labels, ms / 1000)
    }
    return {
      added: () => void meter.adds++,
      started: (ms) => observe(this.#waited, ms),
      finished: (ms) => observe(this.#worked, ms),
      retried: () => void meter.retries++,
    }
  }

  /** The queue whose depth and running work are shown under the name. The returned function removes everything that is shown under it. */
  track(name: string, queue: Pick<WorkQueue, 'depths' | 'unfinished'>): () => void {
    const meter = this.#meters.get(name)
    if (meter === undefined) throw new Error(`no observer was made for the queue "${name}"`)
    meter.queue = queue
    return () => {
      // Another may show itself under the name by now.
      if (this.#meters.get(name) !== meter) return
      this.#meters.delete(name)
      this.#waited.remove(meter.labels)
      this.#worked.remove(meter.labels)
    }
  }
}

/** By the label's value. A priority that had something once is shown with zero afterwards, so that a line in a graph comes down. */
function depthsOf({ queue, priorities }: Meter): ReadonlyMap<string, number> {
  const depths = new Map([...priorities].map((label) => [label, 0]))
  for (const [priority, depth] of queue?.depths() ?? []) {
    const own = String(priority)
    const label = priorities.has(own) || priorities.size < MOST_PRIORITIES ? own : TOO_MANY
    if (label === own) priorities.add(own)
    depths.set(label, (depths.get(label) ?? 0) + depth)
  }
  return depths
}
