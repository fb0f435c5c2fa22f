import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { QueueObserver, WorkQueue } from '../queue/work-queue.ts'

/** client-go's: ten nanoseconds times ten, twelve times. */
const BUCKETS = Array.from({ length: 12 }, (_, power) => 1e-8 * 10 ** power)

/** A label value for each priority would be a series for each number a user can think of (controller-runtime's limit). */
const MOST_PRIORITIES = 25
const TOO_MANY = 'exceeded_cardinality_limit'

type Labels = 'name' | 'controller'

/** The families `workqueue_*`. What depends on time is worked out when it is asked for, not by a timer every half second. */
export class QueueMetrics {
  readonly #queues = new Map<string, WorkQueue>()
  readonly #priorities = new Set<number>()
  readonly #depth: Gauge<Labels | 'priority'>
  readonly #adds: Counter<Labels>
  readonly #retries: Counter<Labels>
  readonly #waited: Histogram<Labels>
  readonly #worked: Histogram<Labels>

  constructor(registry: Registry) {
    const registers = [registry]
    const labelNames = ['name', 'controller'] as const
    const queues = this.#queues
    const seconds = (name: string, help: string) => new Histogram({ name, help, labelNames, buckets: BUCKETS, registers })
    const age = (name: string, help: string, of: 'total' | 'longest') =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          for (const [queue, work] of queues) this.set({ name: queue, controller: queue }, work.unfinished()[of] / 1000)
        },
      })
    this.#depth = new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue',
      labelNames: ['name', 'controller', 'priority'],
      registers,
    })
    this.#adds = new Counter({ name: 'workqueue_adds_total', help: 'Total number of adds handled by workqueue', labelNames, registers })
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Total number of retries handled by workqueue',
      labelNames,
      registers,
    })
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

  observer(name: string): QueueObserver {
    const labels = { name, controller: name }
    this.#adds.inc(labels, 0)
    this.#retries.inc(labels, 0)
    this.#depth.set({ ...labels, priority: '0' }, 0)
    return {
      added: () => this.#adds.inc(labels),
      depthChanged: (priority, by) => this.#depth.inc({ ...labels, priority: this.#label(priority) }, by),
      started: (ms) => this.#waited.observe(labels, ms / 1000),
      finished: (ms) => this.#worked.observe(labels, ms / 1000),
      retried: () => this.#retries.inc(labels),
    }
  }

  /** The queue whose running work is shown under the name. */
  track(name: string, queue: WorkQueue): void {
    this.#queues.set(name, queue)
  }

  #label(priority: number): string {
    if (this.#priorities.size < MOST_PRIORITIES) this.#priorities.add(priority)
    return this.#priorities.has(priority) ? String(priority) : TOO_MANY
  }
}
