import type { Store } from '../storage/index.ts'
import { PARTS, PROBES } from './health.ts'

export interface MetricsSource {
  readonly store: Store
  /** How many requests were answered, by method and code: `GET 200`. */
  readonly requests: ReadonlyMap<string, number>
  /** Watches that are open. */
  readonly watches: { readonly size: number }
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
}

/** `/metrics`: what a kube-apiserver tells under the same names, as far as there is something to tell. */
export function serverMetrics({ store, requests, watches }: MetricsSource): string {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const one = (value: number) => [[{}, value]] as const
  return written([
    {
      name: 'apiserver_request_total',
      type: 'counter',
      help: 'Requests that were answered, by method and code.',
      samples: [...requests].map(([key, count]) => [labelsOf(key), count]),
    },
    {
      name: 'apiserver_longrunning_requests',
      type: 'gauge',
      help: 'Watches that are open.',
      samples: [[{ verb: 'WATCH' }, watches.size]],
    },
    {
      name: 'apiserver_storage_objects',
      type: 'gauge',
      help: 'Objects that are stored, by resource.',
      samples: store.resources().map((table) => [resourceOf(table), store.count(table)]),
    },
    // Kubernetes validates some kinds twice, by rules it is moving to and rules it is moving from, and counts where the two disagree or the
    // first fail. Here each kind has one set of rules: what is counted cannot happen.
    {
      name: 'apiserver_validation_declarative_validation_mismatch_total',
      type: 'counter',
      help: 'Disagreements of two validations of one kind: there is one validation.',
      samples: one(0),
    },
    {
      name: 'apiserver_validation_declarative_validation_panic_total',
      type: 'counter',
      help: 'Failures of a second validation: there is none.',
      samples: one(0),
    },
    { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory.', samples: one(rss) },
    { name: 'nodejs_heap_size_used_bytes', type: 'gauge', help: 'Memory that JavaScript objects take.', samples: one(heapUsed) },
    { name: 'process_cpu_seconds_total', type: 'counter', help: 'CPU time.', samples: one((user + system) / 1e6) },
    healthChecks,
  ])
}

/** `/metrics/slis`: the checks alone. */
export const serviceLevelMetrics = (): string => written([healthChecks])

const healthChecks: Family = {
  name: 'kubernetes_healthcheck',
  type: 'gauge',
  help: 'Whether a part of the server is well: 1.',
  samples: PROBES.flatMap((type) => PARTS.map((name) => [{ name, type }, 1] as const)),
}

function labelsOf(key: string): Readonly<Record<string, string>> {
  const [verb = '', code = ''] = key.split(' ')
  return { code, verb }
}

function resourceOf(table: string): Readonly<Record<string, string>> {
  const at = table.lastIndexOf('/')
  return { group: table.slice(0, at), resource: table.slice(at + 1) }
}

function written(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, help, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
  ])
  return `${lines.join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
