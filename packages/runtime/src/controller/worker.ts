import type { GroupVersionKind, KubeObject } from '@kubewright/core'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { Logger } from '../log/logger.ts'
import { sightReconcile } from '../observation/sighting.ts'
import type { QueueItem } from '../queue/work-queue.ts'
import { inSpan } from '../tracing/span.ts'
import { guardedClient } from '../writes/guarded-client.ts'
import { attemptSignal } from './attempt-signal.ts'
import type { ClusterWork } from './cluster-work.ts'
import type { ControllerEngine } from './engine.ts'
import { isNotOurs, isReconcileTimeout } from './errors.ts'
import { type Outcome, orderFor } from './outcome.ts'
import { type Attempt, reconcileOnce } from './reconciler.ts'
import { type ReconcileRequest, requestOf } from './request.ts'

/** How long a key waits that came up in the moment when leadership is in doubt: the elector will have decided by then. */
const IN_DOUBT = 1000

/** Takes keys until the signal aborts; the one under way is finished. */
export async function work<T extends KubeObject>(engine: ControllerEngine<T>, signal: AbortSignal): Promise<void> {
  const { queue } = engine
  for (;;) {
    const item = await queue.get({ signal })
    if (item === undefined) return
    try {
      await handle(engine, item)
    } finally {
      queue.done(item.key)
    }
  }
}

async function handle<T extends KubeObject>(engine: ControllerEngine<T>, item: QueueItem): Promise<void> {
  const { queue, shards, spec, manager } = engine
  const request = requestOf(item.key)
  const cluster = engine.works.get(request.cluster)
  // Between the moment when it was queued and this one its cluster may have left, and its shard moved.
  if (cluster === undefined || !shards.owns(item.key)) queue.forget(item.key)
  // A process that was stopped and goes on, or a blocked event loop: the lease may be another's by now, and nobody has told us.
  else if (spec.needsLeaderElection && shards.shards === undefined && !manager.isLeader())
    queue.addAfter(item.key, IN_DOUBT, { priority: item.priority })
  else if (mustWait(cluster, request, item)) return
  else await attempt(engine, cluster, request, item)
}

/** The cache does not show yet what this program wrote to the object or to its children. */
function mustWait<T extends KubeObject>(
  { sources, catchUp }: ClusterWork<T>,
  request: ReconcileRequest,
  { key, priority }: QueueItem,
): boolean {
  const object = sources.primary.get(request.name, request.namespace)
  if (catchUp.isReady(key, request, object)) return false
  catchUp.wait(key, request, object, priority)
  return true
}

async function attempt<T extends KubeObject>(
  engine: ControllerEngine<T>,
  cluster: ClusterWork<T>,
  request: ReconcileRequest,
  { key, priority }: QueueItem,
): Promise<void> {
  const { spec, meter, manager, shards } = engine
  const { clock } = manager
  const id = manager.newId()
  const number = engine.failures.of(key) + 1
  const lines = engine.log.with({ ...named(request), reconcileID: id })
  const scope = attemptSignal(manager, spec.reconcileTimeout, engine.attempts.begin(key))
  const { client } = cluster.cluster
  const sighting = sightReconcile(manager, { controller: spec.name, kind: kindNameOf(spec.kind), request, id, attempt: number })
  const guards = [...(shards.shards === undefined ? [] : [shards.fence(key)]), ...(sighting === undefined ? [] : [sighting.guard])]
  const recorder = cluster.cluster.recorder(spec.name)
  const startedAt = clock.monotonic()
  meter.started()
  try {
    await inSpan('reconcile', attributes(spec.name, request, id, number), async () => {
      const call: Attempt<T> = {
        engine,
        work: cluster,
        key,
        request,
        client: guardedClient(client, guards),
        recorder,
        number,
        signal: scope.signal,
        log: lines,
      }
      const outcome = ownOutcome(await reconcileOnce(call), scope.signal, shards.owns(key))
      if (isReconcileTimeout(scope.signal.reason)) {
        meter.timeout()
        lines.warn('the reconcile took longer than its time', { timeout: spec.reconcileTimeout })
      }
      tell(outcome, { lines, engine, number })
      if (outcome.result === 'error') cluster.cluster.reachability.failed(outcome.error)
      cluster.stranded.note({ key, priority }, outcome)
      follow(outcome, { engine, key, priority })
      sighting?.ended(outcome)
    })
  } finally {
    scope.end()
    meter.finished((clock.monotonic() - startedAt) / 1000)
  }
}

const kindNameOf = ({ group, version, kind }: GroupVersionKind) => ({ group, version, kind })

/** What came of a reconcile that was told to end, or whose writes were refused, because the object is not ours any more. */
function ownOutcome(outcome: Outcome, signal: AbortSignal, ours: boolean): Outcome {
  return !ours || isNotOurs(signal.reason) ? { result: 'not ours' } : outcome
}

const named = ({ cluster, namespace, name }: ReconcileRequest) => ({
  ...(cluster === '' ? {} : { cluster }),
  ...(namespace === undefined ? {} : { namespace }),
  name,
})

function attributes(controller: string, { cluster, namespace, name }: ReconcileRequest, id: string, number: number) {
  return {
    'kubewright.controller': controller,
    'kubewright.reconcile.id': id,
    'kubewright.reconcile.attempt': number,
    'k8s.object.name': name,
    ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
    ...(cluster === '' ? {} : { 'k8s.cluster.name': cluster }),
  }
}

interface Telling<T extends KubeObject> {
  readonly lines: Logger
  readonly engine: ControllerEngine<T>
  readonly number: number
}

const FAILED = {
  retry: 'reconcile failed',
  terminal: 'reconcile failed; a retry would not help',
  'given up': 'reconcile failed too often; it is left until the object changes',
} as const

function tell<T extends KubeObject>(outcome: Outcome, { lines, engine, number }: Telling<T>): void {
  const { meter, manager } = engine
  trace.getActiveSpan()?.setAttribute('kubewright.reconcile.result', outcome.result)
  switch (outcome.result) {
    case 'paused':
      return
    case 'not ours':
      lines.debug('the object is not this replica’s any more')
      return
    case 'requeue':
      meter.result('requeue')
      lines.debug('another writer was faster; once more', { error: outcome.because })
      return
    case 'error':
      if (manager.abandon.aborted) {
        lines.debug('the reconcile was cut short by the stop', { error: outcome.error })
        return
      }
      // The name and not the message: that may hold what the object's author wants to keep.
      trace
        .getActiveSpan()
        ?.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error instanceof Error ? outcome.error.name : 'error' })
      meter.result('error')
      meter.error(outcome.verdict !== 'retry')
      lines.error(FAILED[outcome.verdict], { attempt: number, error: outcome.error })
      return
    default:
      meter.result(outcome.result)
      lines.debug('reconciled', { result: outcome.result })
  }
}

function follow<T extends KubeObject>(
  outcome: Outcome,
  { engine, key, priority }: { readonly engine: ControllerEngine<T>; readonly key: string; readonly priority: number },
): void {
  const { queue, failures } = engine
  const order = orderFor(outcome)
  switch (order.do) {
    case 'retry':
      if (outcome.result === 'error') failures.failed(key)
      queue.addRateLimited(key, { priority })
      return
    case 'again after':
      queue.forget(key)
      queue.addAfter(key, order.ms, { priority: order.priority ?? priority })
      return
    case 'forget':
      queue.forget(key)
  }
}
