import { availableParallelism } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { Counter, Gauge, Histogram, type Registry } from 'kubewright'
import type { Meter } from './meter.ts'

const OBJECT = ['namespace', 'resource'] as const
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Above it the original called a secret large. */
const LARGE = 1024 * 1024 * 0.9

/** The series of the original under their names, those that its documents promised and it never had, and a few of our own. */
export function prometheusMeter(registry: Registry): Meter {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers })
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[] = [], buckets: readonly number[] = SECONDS) =>
    new Histogram<L>({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers })

  const attempts = counter('vault_sync_operator_sync_attempts_total', 'Passes over an object, by how they ended.', [...OBJECT, 'result'])
  const duration = histogram('vault_sync_operator_sync_duration_seconds', 'Time of one pass over an object.', OBJECT)
  const auth = counter('vault_sync_operator_auth_attempts_total', 'Logins at Vault.', ['result'])
  const discovered = gauge('vault_sync_operator_secrets_discovered', 'Secrets that an object refers to.', OBJECT)
  const writeErrors = counter('vault_sync_operator_vault_write_errors_total', 'Calls to Vault that failed.', ['error_type', 'mount'])
  const notFound = counter('vault_sync_operator_secret_not_found_errors_total', 'Secrets that are named and not there.', ['namespace'])
  const keyMissing = counter('vault_sync_operator_secret_key_missing_errors_total', 'Keys that are named and not there.', ['namespace'])
  const parseErrors = counter('vault_sync_operator_config_parse_errors_total', 'Annotations that cannot be read.', [
    ...OBJECT,
    'error_type',
  ])
  const checks = counter('vault_sync_rotation_checks_total', 'Looks at whether what is wanted differs from what was written.')
  const detected = counter('vault_sync_rotation_detected_total', 'Of these: it differed.')
  const skipped = counter('vault_sync_rotation_skipped_total', 'Of these: it did not, and nothing was written.')
  const waited = histogram('vault_rate_limit_wait_duration_seconds', 'Time that calls waited for their turn.')
  const limited = counter('vault_rate_limit_requests_total', 'Calls that asked for a turn.', ['result'])
  const batches = counter('vault_batch_operations_total', 'Paths that were looked at or written in one pass over an object.')
  const batchSize = histogram('vault_batch_size_histogram', 'Paths of one pass.', [], [1, 2, 5, 10, 20, 50, 100])
  const batchDuration = histogram('vault_batch_duration_seconds', 'Time of all paths of one pass.')
  const large = counter('vault_large_secret_count', 'Secrets written that are close to the limit of Vault.')
  const memory = counter('vault_memory_optimization_applied_total', 'Secrets that were read for one write and not kept.')
  const writes = counter('vault_sync_writes_total', 'Versions written, by why.', ['reason'])
  const conflicts = counter('vault_sync_conflicts_total', 'Paths that belong to somebody else.', ['namespace'])
  const cleanups = counter('vault_sync_cleanups_total', 'Paths that were cleaned up, by what came of it.', ['result'])
  const orphans = gauge('vault_sync_orphans', 'Paths that were left behind and are retried.')
  const runtime = gauge('vault_sync_operator_runtime_info', 'What the program has of the machine.', ['setting', 'value'])
  for (const [setting, value] of Object.entries(runtimeSettings())) runtime.set({ setting, value: String(value) }, value)
  const requests = counter('vault_sync_vault_requests_total', 'Requests to Vault, by status.', ['status'])

  return {
    synced(labels, result, seconds) {
      attempts.inc({ ...labels, result })
      duration.observe({ ...labels }, seconds)
    },
    discovered: (labels, secrets) => discovered.set({ ...labels }, secrets),
    authAttempt: (result) => auth.inc({ result }),
    writeError: (error_type, mount) => writeErrors.inc({ error_type, mount }),
    secretMissing: (namespace) => notFound.inc({ namespace }),
    keyMissing: (namespace) => keyMissing.inc({ namespace }),
    configError: (labels) => parseErrors.inc({ ...labels, error_type: 'json_parse_error' }),
    rotation(outcome) {
      checks.inc()
      if (outcome === 'detected') detected.inc()
      else skipped.inc()
    },
    wrote(reason, bytes) {
      writes.inc({ reason })
      memory.inc()
      if (bytes > LARGE) large.inc()
    },
    batch(operations, seconds) {
      batches.inc(operations)
      batchSize.observe(operations)
      batchDuration.observe(seconds)
    },
    waited(seconds) {
      waited.observe(seconds)
      limited.inc({ result: seconds > 0 ? 'waited' : 'immediate' })
    },
    request: (status) => requests.inc({ status }),
    conflict: (namespace) => conflicts.inc({ namespace }),
    cleanup: (result) => cleanups.inc({ result }),
    orphans: (count) => orphans.set(count),
    forget(labels) {
      for (const result of ['success', 'failed']) attempts.remove({ ...labels, result })
      duration.remove({ ...labels })
      discovered.remove({ ...labels })
      parseErrors.remove({ ...labels, error_type: 'json_parse_error' })
    },
  }
}

/** Under the names of the original, which was a Go program: what they mean for this one. */
function runtimeSettings(): Readonly<Record<'gomaxprocs' | 'numcpu' | 'gomemlimit_bytes', number>> {
  // JavaScript runs on one processor. When V8 collects nobody sets, so there is no `gogc`.
  return { gomaxprocs: 1, numcpu: availableParallelism(), gomemlimit_bytes: getHeapStatistics().heap_size_limit }
}
