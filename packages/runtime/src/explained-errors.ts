import type { ExplainedError, Explanation } from '@kubewright/core'

export const runtimeErrors: readonly ExplainedError[] = [
  {
    code: 'KW-TERMINAL',
    error: 'TerminalError',
    cause: 'A controller gave an object up: trying again cannot help, and it waits for a change.',
    mend: 'Change what the message names. The annotation `kubewright.dev/reconcile` with a new value has it looked at again as it is.',
  },
  {
    code: 'KW-RECONCILE-TIMEOUT',
    error: 'ReconcileTimeoutError',
    cause: 'A reconcile took longer than the `reconcileTimeout` of its controller, and was stopped.',
    mend: 'Look at what it waits for (the dashboard shows its calls); give more time, or do the work in steps with `requeueAfter`.',
  },
  {
    code: 'KW-NOT-OURS',
    error: 'NotOursError',
    cause: 'The object became the work of another replica while this one was at it.',
  },
  {
    code: 'KW-OUTDATED',
    error: 'OutdatedError',
    cause: 'The object changed while its reconcile was under way, so what it had worked out was not written.',
  },
  {
    code: 'KW-FIELD-CONFLICT',
    error: 'FieldConflictError',
    cause: 'Other managers hold fields that an `apply` with `force: false` was to set; the message names both.',
    mend: 'Leave these fields out, take them over with `force: true`, or stop the other manager.',
  },
  {
    code: 'KW-CACHE-LAG',
    error: 'CacheLagError',
    cause: 'The watch of a kind has not shown the program its own write in time, so reading the cache would answer with what was before.',
    mend: 'It is tried again. When it lasts: `kubewright_watch_silence_seconds` shows a watch that is dead, `nodejs_eventloop_lag_p99_seconds` a program that is busy.',
  },
  {
    code: 'KW-LEADERSHIP-LOST',
    error: 'LeadershipLostError',
    cause:
      'The program led, and could not renew its Lease in time: the API server was away, or the process stood still. It ends, so that nobody works twice.',
    mend: 'Let it be started again, as a Deployment does. When it is frequent, look at the CPU limit of the container and the latency of the API server.',
  },
  {
    code: 'KW-NOT-LEADER',
    error: 'NotLeaderError',
    cause: 'A write was held back, because the program does not lead, or may not lead any more when it arrives.',
  },
  {
    code: 'KW-QUERY',
    error: 'QueryError',
    cause: 'A question to the inspection endpoint has a parameter that it does not know, or cannot read.',
    mend: 'The endpoint lists its questions with their parameters at `/`, beside `/metrics`.',
  },
]

/** What every controller may say in events of its objects. */
export const runtimeReasons = {
  Paused: {
    cause: 'The object has the annotation `kubewright.dev/paused: "true"`: nothing is done about it.',
    mend: 'Remove the annotation to let it go on.',
  },
  Pruned: { cause: 'A child of the object was deleted, as the object does not ask for it any more.' },
  ReconcileRequested: { cause: 'Somebody has asked on the dashboard for the object to be looked at; the note says what has come of it.' },
  ReconcileFailed: {
    cause: 'A reconcile of the object failed; the note says why. It is tried again, less and less often.',
    mend: 'Look at the note, and at the log of the operator for the stack.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
