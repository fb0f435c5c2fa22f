import { Counter, Gauge, Histogram, type KubeObject, objectKey, type Registry } from 'kubewright'
import type { Api } from '../gateway/connection.ts'

const PREFIX = 'wasabi_s3_operator_'
// A quantile is never above the last of them: an alert about more than 10 s needs more than 10 to be there.
const DURATIONS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60]
const CALL_DURATIONS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What the operator counts, under the names that dashboards of the original ask for. */
export class Meter {
  readonly #objects = new Map<string, { readonly kind: string; readonly ready: boolean }>()
  readonly #reconciles: Counter
  readonly #durations: Histogram
  readonly #errors: Counter
  readonly #operations: Counter
  readonly #connectivity: Counter
  readonly #drift: Counter
  readonly #calls: Counter
  readonly #callDurations: Histogram
  readonly #rateLimits: Counter

  constructor(registry: Registry) {
    const registers = [registry]
    const counter = (name: string, help: string, labelNames: readonly string[]) =>
      new Counter({ name: `${PREFIX}${name}`, help, labelNames: [...labelNames], registers })
    this.#reconciles = counter('reconcile_total', 'Passes over objects.', ['kind', 'result'])
    this.#errors = counter('error_total', 'Failures.', ['kind', 'error_type'])
    this.#operations = counter('bucket_operations_total', 'Changes of buckets.', ['operation', 'result'])
    this.#connectivity = counter('provider_connectivity_total', 'Tests of connections.', ['provider', 'status'])
    this.#drift = counter('drift_detected_total', 'Changes that somebody else made on a server.', ['kind', 'resource_type'])
    this.#calls = counter('api_call_total', 'Requests to servers.', ['api_type', 'operation', 'result'])
    this.#rateLimits = counter('rate_limit_hits_total', 'Requests that a server refused because they were too many.', ['api_type'])
    this.#durations = new Histogram({
      name: `${PREFIX}reconcile_duration_seconds`,
      help: 'How long a pass took.',
      labelNames: ['kind'],
      buckets: DURATIONS,
      registers,
    })
    this.#callDurations = new Histogram({
      name: `${PREFIX}api_call_duration_seconds`,
      help: 'How long a request took.',
      labelNames: ['api_type', 'operation'],
      buckets: CALL_DURATIONS,
      registers,
    })
    const objects = this.#objects
    new Gauge({
      // Not a counter, for all its name: dashboards of the original ask for this one.
      name: `${PREFIX}resource_status_total`,
      help: 'Objects by whether they are ready.',
      labelNames: ['kind', 'status'],
      registers,
      collect() {
        this.reset()
        for (const { kind, ready } of objects.values()) this.inc({ kind, status: ready ? 'ready' : 'not_ready' })
      },
    })
  }

  started(kind: string): void {
    this.#reconciles.inc({ kind, result: 'started' })
  }

  ended(kind: string, result: 'success' | 'failed' | 'error', seconds: number): void {
    this.#reconciles.inc({ kind, result })
    this.#durations.observe({ kind }, seconds)
  }

  failed(kind: string, type: string): void {
    this.#errors.inc({ kind, error_type: type })
  }

  saw(kind: string, object: KubeObject, ready: boolean): void {
    this.#objects.set(`${kind} ${objectKey(object)}`, { kind, ready })
  }

  forget(kind: string, { namespace = '', name }: { readonly namespace?: string | undefined; readonly name: string }): void {
    this.#objects.delete(`${kind} ${namespace}/${name}`)
  }

  changed(operation: string, result: 'success' | 'error'): void {
    this.#operations.inc({ operation: inOriginalWords(operation), result })
  }

  connected(provider: string, status: 'connected' | 'disconnected' | 'error'): void {
    this.#connectivity.inc({ provider, status })
  }

  drifted(kind: string, type: string): void {
    this.#drift.inc({ kind, resource_type: inOriginalWords(type) })
  }

  called(api: Api, operation: string, result: string, seconds: number): void {
    this.#calls.inc({ api_type: api, operation, result })
    this.#callDurations.observe({ api_type: api, operation }, seconds)
    if (result === 'Throttled') this.#rateLimits.inc({ api_type: api })
  }
}

/** A setting, or what is done with it, as dashboards of the original know it. */
const inOriginalWords = (text: string): string => text.replace('tagging', 'tags')
