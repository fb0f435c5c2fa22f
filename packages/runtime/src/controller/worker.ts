import type { KubeObject } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import type { ControllerMeter } from '../metrics/controller-metrics.ts'
import type { QueueItem, WorkQueue } from '../queue/work-queue.ts'
import { ReconcileTimeoutError } from './errors.ts'
import { type Outcome, orderFor } from './outcome.ts'
import { type ReconcilerTools, reconcileOnce } from './reconciler.ts'
import { requestOf } from './request.ts'
import type { StrandedKeys } from './stranded-keys.ts'

export interface WorkerTools {
  readonly queue: WorkQueue
  readonly meter: ControllerMeter
  readonly log: Logger
  readonly manager: Manager
  readonly stranded: StrandedKeys
  /** No new key after it; the one under way is finished. */
  readonly signal: AbortSignal
}

/** How long a key waits that came up in the moment when leadership is in doubt: the elector will have decided by then. */
const IN_DOUBT = 1000

export async function work<T extends KubeObject>(reconciler: ReconcilerTools<T>, tools: WorkerTools): Promise<void> {
  const { queue, signal, manager } = tools
  for (;;) {
    const item = await queue.get({ signal })
    if (item === undefined) return
    try {
      // A process that was stopped and goes on, or a blocked event loop: the lease may be another's by now, and nobody has told us.
      if (reconciler.spec.needsLeaderElection && !manager.isLeader()) queue.addAfter(item.key, IN_DOUBT, { priority: item.priority })
      else await attempt(reconciler, tools, item)
    } finally {
      queue.done(item.key)
    }
  }
}

async function attempt<T extends KubeObject>(
  reconciler: ReconcilerTools<T>,
  { queue, meter, log, manager, stranded }: WorkerTools,
  { key, priority }: QueueItem,
): Promise<void> {
  const { clock } = manager
  const { name, namespace } = requestOf(key)
  const lines = log.with({ ...(namespace === undefined ? {} : { namespace }), name, reconcileID: manager.newId() })
  const number = queue.retries(key) + 1
  const startedAt = clock.monotonic()
  const scope = reconcileSignal(manager, reconciler.spec.reconcileTimeout)
  meter.started()
  let outcome: Outcome
  try {
    outcome = await reconcileOnce(reconciler, { key, attempt: number, signal: scope.signal, log: lines })
  } finally {
    scope.end()
    meter.finished((clock.monotonic() - startedAt) / 1000)
  }
  if (scope.signal.reason instanceof ReconcileTimeoutError) {
    meter.timeout()
    lines.warn('the reconcile took longer than its time', { timeout: reconciler.spec.reconcileTimeout })
  }
  tell(outcome, { lines, meter, attempt: number, abandoned: manager.abandon.aborted })
  if (outcome.result === 'error') manager.reachability.failed(outcome.error)
  stranded.note({ key, priority }, outcome)
  follow(outcome, { queue, key, priority })
}

function tell(
  outcome: Outcome,
  { lines, meter, attempt, abandoned }: { lines: Logger; meter: ControllerMeter; attempt: number; abandoned: boolean },
): void {
  switch (outcome.result) {
    case 'not yet':
    case 'paused':
      return
    case 'requeue':
      meter.result('requeue')
      lines.debug('another writer was faster; once more', { error: outcome.because })
      return
    case 'error':
      if (abandoned) {
        lines.debug('the reconcile was cut short by the stop', { error: outcome.error })
        return
      }
      meter.result('error')
      meter.error(outcome.terminal)
      lines.error(outcome.terminal ? 'reconcile failed; a retry would not help' : 'reconcile failed', { attempt, error: outcome.error })
      return
    default:
      meter.result(outcome.result)
      lines.debug('reconciled', { result: outcome.result })
  }
}

function follow(outcome: Outcome, { queue, key, priority }: { queue: WorkQueue; key: string; priority: number }): void {
  const order = orderFor(outcome)
  switch (order.do) {
    case 'retry':
      queue.addRateLimited(key, { priority })
      return
    case 'again after':
      if (order.well) queue.forget(key)
      queue.addAfter(key, order.ms, { priority })
      return
    case 'forget':
    case 'leave':
      queue.forget(key)
  }
}

/** Ends with the program's patience, or the reconcile's own time. Made by hand: AbortSignal.any would hang one more follower on the long-lived signal per reconcile. */
function reconcileSignal({ abandon, clock }: Manager, timeout: number | undefined): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const onAbandon = () => controller.abort(abandon.reason)
  if (abandon.aborted) onAbandon()
  abandon.addEventListener('abort', onAbandon, { once: true })
  const timer =
    timeout === undefined
      ? undefined
      : clock.setTimer(timeout, () =>
          controller.abort(new ReconcileTimeoutError(`the reconcile took longer than its ${timeout} ms (reconcileTimeout)`)),
        )
  return {
    signal: controller.signal,
    end: () => {
      timer?.cancel()
      abandon.removeEventListener('abort', onAbandon)
    },
  }
}
