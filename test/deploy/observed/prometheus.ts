import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from 'kubewright'
import { freePorts } from 'kubewright/testing'
import { stringify } from 'yaml'
import { DEPLOY, RULE_FILES } from '../asked-metrics.ts'

/** What is scraped: a replica, by the job that the chart's PodMonitor names it by. */
export interface Target {
  readonly job: string
  readonly port: number
}

/** What one series of an answer was over the time that was asked for; what is no number is left out. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

interface Matrix {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly values: readonly Point[] }[] }
}
type Point = readonly [seconds: number, value: string]

/** Seconds. A query of 5 minutes then has some points after a minute. */
const EVERY = 1
const READY_WITHIN = 30_000

/** A real Prometheus with the repository's own rule files. */
export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #address: string
  readonly #from: number
  readonly #log: string

  private constructor(child: ChildProcess, address: string, log: string) {
    this.#child = child
    this.#address = address
    this.#log = log
    this.#from = Date.now() / 1_000
  }

  /** @throws Error with its last words when it does not get ready, and when there is none */
  static async start(targets: readonly Target[], folder: string): Promise<Prometheus> {
    const [port] = await freePorts(1)
    const address = `127.0.0.1:${port}`
    mkdirSync(folder, { recursive: true })
    const [config, log] = [join(folder, 'prometheus.yaml'), join(folder, 'prometheus.log')]
    writeFileSync(config, stringify(configOf(targets)))
    const flags = [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'series')}`],
      ...[`--web.listen-address=${address}`, '--log.level=warn'],
    ]
    const script = 'log=$1; shift; exec prometheus "$@" >"$log" 2>&1'
    const child = spawn('/bin/sh', ['-c', script, 'prometheus', log, ...flags], { stdio: 'ignore' })
    const prometheus = new Prometheus(child, address, log)
    await prometheus.#ready()
    return prometheus
  }

  /** Every series of the answer, from the start until now. @throws Error with Prometheus' words for a query that it does not take */
  async range(query: string): Promise<readonly Series[]> {
    const parameters = new URLSearchParams({ query, start: String(this.#from), end: String(Date.now() / 1_000), step: '2' })
    const reply = await fetch(`http://${this.#address}/api/v1/query_range`, { method: 'POST', body: parameters })
    const { status, error, data } = (await reply.json()) as Matrix
    if (status !== 'success' || data === undefined) throw new Error(`Prometheus does not take ${query}: ${error}`)
    return data.result
      .map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([, value]) => Number(value)).filter((each) => !Number.isNaN(each)),
      }))
      .filter(({ values }) => values.length > 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  async #ready(): Promise<void> {
    const until = Date.now() + READY_WITHIN
    for (;;) {
      if (this.#child.exitCode !== null || Date.now() > until)
        throw new Error(
          `Prometheus does not get ready (Debian's package prometheus has it):\n${readFileSync(this.#log, 'utf8').slice(-2_000)}`,
        )
      const reply = await fetch(`http://${this.#address}/-/ready`).catch(() => undefined)
      if (reply?.ok === true) return
      await sleep(200)
    }
  }
}

function configOf(targets: readonly Target[]): object {
  const jobs = [...new Set(targets.map(({ job }) => job))]
  return {
    global: { scrape_interval: `${EVERY}s`, scrape_timeout: `${EVERY}s`, evaluation_interval: `${EVERY}s` },
    rule_files: RULE_FILES.map((file) => join(DEPLOY, 'alerts', file)),
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      static_configs: [{ targets: targets.filter((each) => each.job === job).map(({ port }) => `127.0.0.1:${port}`) }],
    })),
  }
}
