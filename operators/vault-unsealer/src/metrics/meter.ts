import { Counter, Gauge, Histogram, type Registry } from 'kubewright'
import type { Note } from '../machine/model.ts'
import type { NodeView } from '../status/snapshot.ts'

const CR = ['vaultunsealer', 'namespace'] as const
const POD = [...CR, 'pod'] as const

export type ErrorType = 'pod_discovery' | 'keys_loading' | 'status_update'

export interface MeterName {
  readonly name: string
  readonly namespace: string
}

type Labels = Record<string, string>

interface Series {
  readonly own: Labels
  /** By pod, and by name and labels of the counter: how it is removed. */
  readonly pods: Map<string, Map<string, () => void>>
}

/** The original's eight series under their names, and ours. The series of a pod go with the pod, those of an unsealer with it. */
export class Meter {
  readonly #perPod: readonly { remove(labels: Labels): void }[]
  readonly #series = new Map<string, Series>()
  readonly #m: ReturnType<typeof instruments>

  constructor(registry: Registry) {
    this.#m = instruments(registry)
    const { connection, sealed, initialized, reachable, lastCheck } = this.#m
    this.#perPod = [connection, sealed, initialized, reachable, lastCheck]
  }

  reconciled(of: MeterName, seconds: number): void {
    const { own } = this.#of(of)
    this.#m.reconciliations.inc(own)
    this.#m.duration.observe(own, seconds)
  }

  error(of: MeterName, type: ErrorType): void {
    this.#m.errors.inc({ ...this.#of(of).own, error_type: type })
  }

  /** How all nodes of an unsealer stand. Those that are not among them are forgotten. */
  standing(of: MeterName, nodes: readonly NodeView[], keys: { readonly loaded: number; readonly required: number }, now: number): void {
    const { own, pods } = this.#of(of)
    this.#m.checked.set(own, nodes.length)
    this.#m.unsealed.set(own, nodes.filter(({ node }) => node.standing.state === 'Unsealed').length)
    this.#m.loaded.set(own, keys.loaded)
    this.#m.required.set(own, keys.required)
    const present = new Set(nodes.map(({ member }) => member.name))
    for (const pod of [...pods.keys()]) if (!present.has(pod)) this.#forgetPod(of, pod)
    for (const { member, node } of nodes) {
      const labels = { ...own, pod: member.name }
      if (!pods.has(member.name)) pods.set(member.name, new Map())
      const answered = node.standing.state !== 'Unreachable' && node.standing.state !== 'Unknown'
      this.#m.connection.set(labels, answered ? 1 : 0)
      this.#m.reachable.set(labels, answered ? 1 : 0)
      if (node.status === undefined) continue
      this.#m.sealed.set(labels, node.standing.state === 'Unsealed' ? 0 : 1)
      this.#m.initialized.set(labels, node.status.initialized ? 1 : 0)
      if (answered) this.#m.lastCheck.set(labels, now / 1_000)
    }
  }

  happened(of: MeterName, pod: string, note: Note): void {
    const { own, pods } = this.#of(of)
    const labels = { ...own, pod }
    const counted = pods.get(pod) ?? new Map<string, () => void>()
    pods.set(pod, counted)
    const count = (name: 'submissions' | 'attempts' | 'joins', extra: Labels) => {
      const all = { ...labels, ...extra }
      this.#m[name].inc(all)
      counted.set(`${name} ${JSON.stringify(extra)}`, () => this.#m[name].remove(all))
    }
    if (note.is === 'submitted') count('submissions', { result: note.result })
    if (note.is === 'attempt failed') count('attempts', { status: 'failed' })
    if (note.is === 'initialized') this.#m.initializations.inc({ ...own, result: 'success' })
    if (note.is === 'initialization failed') this.#m.initializations.inc({ ...own, result: note.lost ? 'lost' : 'refused' })
    if (note.is === 'joined') count('joins', { result: 'accepted' })
    if (note.is === 'join failed') count('joins', { result: 'failed' })
    if (note.is === 'foreign progress') this.#m.foreign.inc(own)
    if (note.is === 'reset') this.#m.resets.inc(own)
    if (note.is !== 'opened') return
    count('attempts', { status: 'success' })
    this.#m.unsealSeconds.observe(own, note.ms / 1_000)
  }

  /** Whether the root token of an initialisation waits to be revoked. */
  rootToken(of: MeterName, kept: boolean): void {
    this.#m.rootTokenKept.set(this.#of(of).own, kept ? 1 : 0)
  }

  forget(of: MeterName): void {
    const known = this.#series.get(key(of))
    if (known === undefined) return
    for (const pod of [...known.pods.keys()]) this.#forgetPod(of, pod)
    const { reconciliations, duration, checked, unsealed, loaded, required, foreign, resets, unsealSeconds, rootTokenKept } = this.#m
    for (const metric of [reconciliations, duration, checked, unsealed, loaded, required, foreign, resets, unsealSeconds, rootTokenKept])
      metric.remove(known.own)
    for (const type of ['pod_discovery', 'keys_loading', 'status_update']) this.#m.errors.remove({ ...known.own, error_type: type })
    for (const result of ['success', 'refused', 'lost']) this.#m.initializations.remove({ ...known.own, result })
    this.#series.delete(key(of))
  }

  #forgetPod(of: MeterName, pod: string): void {
    const { own, pods } = this.#of(of)
    for (const metric of this.#perPod) metric.remove({ ...own, pod })
    for (const remove of pods.get(pod)?.values() ?? []) remove()
    pods.delete(pod)
  }

  #of(of: MeterName) {
    const known = this.#series.get(key(of)) ?? {
      pods: new Map<string, Map<string, () => void>>(),
      own: { vaultunsealer: of.name, namespace: of.namespace },
    }
    this.#series.set(key(of), known)
    return known
  }
}

const key = ({ namespace, name }: MeterName) => `${namespace}/${name}`

function instruments(registry: Registry) {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name: `vault_unsealer_${name}`, help, labelNames: [...labelNames], registers })
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name: `vault_unsealer_${name}`, help, labelNames: [...labelNames], registers })
  return {
    reconciliations: counter('reconciliation_total', 'Reconciliations.', CR),
    errors: counter('reconciliation_errors_total', 'Errors of reconciliations.', [...CR, 'error_type']),
    attempts: counter('unseal_attempts_total', 'Attempts to open a sealed node.', [...POD, 'status']),
    unsealed: gauge('pods_unsealed', 'Open nodes.', CR),
    checked: gauge('pods_checked', 'Nodes that are looked after.', CR),
    loaded: gauge('unseal_keys_loaded', 'Distinct key shares held.', CR),
    duration: new Histogram({
      name: 'vault_unsealer_reconciliation_duration_seconds',
      help: 'Time of a reconciliation.',
      labelNames: [...CR],
      registers,
    }),
    connection: gauge('vault_connection_status', '1: the node answers.', POD),
    sealed: gauge('pod_sealed', '1: the node is sealed, as far as it has said.', POD),
    initialized: gauge('pod_initialized', '1: the node is initialised.', POD),
    reachable: gauge('pod_reachable', '1: the node answers.', POD),
    lastCheck: gauge('last_check_timestamp_seconds', 'When the node last answered.', POD),
    required: gauge('unseal_keys_required', 'Shares that a node needs; 0 before one has said it.', CR),
    submissions: counter('share_submissions_total', 'Key shares submitted.', [...POD, 'result']),
    initializations: counter('initializations_total', 'Attempts to initialise a Vault.', [...CR, 'result']),
    joins: counter('raft_joins_total', 'Times that a node was told to join the others.', [...POD, 'result']),
    rootTokenKept: gauge('root_token_kept', '1: the root token of an initialisation is kept, and not revoked yet.', CR),
    foreign: counter('foreign_progress_total', 'Times that a node held shares of others.', CR),
    resets: counter('resets_total', 'Times that shares of others were dropped.', CR),
    unsealSeconds: new Histogram({
      name: 'vault_unsealer_unseal_duration_seconds',
      help: 'From the first share to open.',
      labelNames: [...CR],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
  }
}
