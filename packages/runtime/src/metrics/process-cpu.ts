import { Counter, type Registry } from './prometheus.ts'

const MICROSECONDS = 1e6

const COUNTERS = {
  process_cpu_user_seconds_total: ['Total user CPU time spent in seconds.', ({ user }) => user],
  process_cpu_system_seconds_total: ['Total system CPU time spent in seconds.', ({ system }) => system],
  process_cpu_seconds_total: ['Total user and system CPU time spent in seconds.', ({ user, system }) => user + system],
} satisfies Record<string, readonly [string, (spent: NodeJS.CpuUsage) => number]>

/** `process_cpu_*`, under prom-client's names and counting from now on, as its own collector does, which loads OpenTelemetry a second time, as CommonJS. */
export function processCpu(registry: Registry): void {
  for (const [name, [help, read]] of Object.entries(COUNTERS)) {
    let before = read(process.cpuUsage())
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        const spent = read(process.cpuUsage())
        this.inc((spent - before) / MICROSECONDS)
        before = spent
      },
    })
  }
}

processCpu.metricNames = Object.keys(COUNTERS)
