import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { kubeconfigFor } from '@kubewright/client'
import { type ClusterConnection, sleep } from 'kubewright'
import { freePorts } from 'kubewright/testing'
import type { Target } from './prometheus.ts'

const ENTRY = join(dirname(dirname(dirname(import.meta.dirname))), 'packages', 'cli', 'bin', 'kubewright.mjs')
/** Five of them start at once. */
const READY_WITHIN = 120_000

/** A machine that is busy with everything at once takes no leadership away. */
const PATIENT = ['--leader-election-lease-duration=10m', '--leader-election-renew-deadline=9m']

export interface ProgramPlan {
  /** Its name, and that of its Lease. */
  readonly name: string
  /** As the PodMonitor of the chart names it. @default the name */
  readonly job?: string
  /** Beside the program that installs the kinds, and begins when they are there. */
  readonly beside?: true
  readonly operators: readonly string[]
  readonly flags?: readonly string[]
  readonly connection: ClusterConnection
}

/** `kubewright run`, as a Deployment runs it. */
export class ObservedProgram {
  readonly target: Target
  readonly #name: string
  readonly #child: ChildProcess
  readonly #probes: number
  readonly #log: string

  private constructor(target: Target, { name, child, probes, log }: { name: string; child: ChildProcess; probes: number; log: string }) {
    this.target = target
    this.#name = name
    this.#child = child
    this.#probes = probes
    this.#log = log
  }

  /** Its files and its log are in the folder. */
  static async start(
    { name, job = name, beside, operators, flags = [], connection }: ProgramPlan,
    folder: string,
  ): Promise<ObservedProgram> {
    const [metrics, probes, hooks] = await freePorts(3)
    const [kubeconfig, log] = [join(folder, `${name}.kubeconfig`), join(folder, `${name}.log`)]
    writeFileSync(kubeconfig, kubeconfigFor(connection), { mode: 0o600 })
    const all = [
      ...['run', ...operators, `--kubeconfig=${kubeconfig}`, '--log-format=json', ...(beside ? [] : installing(hooks!))],
      ...[`--metrics-bind-address=127.0.0.1:${metrics}`, `--health-probe-bind-address=127.0.0.1:${probes}`],
      ...['--leader-elect', `--leader-election-id=${name}`, '--leader-election-namespace=default'],
      ...PATIENT,
      ...flags,
    ]
    const out = openSync(log, 'w')
    const child = spawn(process.execPath, [ENTRY, ...all], { stdio: ['ignore', out, out] })
    closeSync(out)
    return new ObservedProgram({ job, port: metrics! }, { name, child, probes: probes!, log })
  }

  /** @throws Error with its last words when it does not get ready */
  async ready(): Promise<void> {
    const until = Date.now() + READY_WITHIN
    for (;;) {
      if (this.#child.exitCode !== null || Date.now() > until)
        throw new Error(`${this.#name} does not get ready:\n${readFileSync(this.#log, 'utf8').slice(-2_000)}`)
      const reply = await fetch(`http://127.0.0.1:${this.#probes}/readyz`).catch(() => undefined)
      if (reply?.ok === true) return
      await sleep(200)
    }
  }

  /** As a machine that swaps does. */
  async freeze(ms: number): Promise<void> {
    this.#child.kill('SIGSTOP')
    await sleep(ms).finally(() => this.#child.kill('SIGCONT'))
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}

/** The kinds, and where the API server finds the webhooks of a program that is no Pod. */
const installing = (port: number) => ['--install-crds', `--webhook-url=https://127.0.0.1:${port}`, `--webhook-port=${port}`]
