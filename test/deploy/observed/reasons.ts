import type { Reasons } from './verdict.ts'

const MISTAKE = 'zero: only a mistake in the program counts here'

/** By the query: why a panel is zero all the time. */
export const QUIET: Reasons = {
  'abs(gc_clock_skew_seconds)': 'zero: program and API server share a clock here',
  [ofController('terminal_reconcile_errors_total')]: 'zero: what is refused for good is refused at admission already',
  [ofController('reconcile_timeouts_total')]: 'zero: no pass took as long as it may',
  [ofController('reconcile_panics_total')]: MISTAKE,
}

/** By the alert: why a run of some minutes cannot bring its condition about. Each fires in its unit test (`deploy/alerts/tests`). */
export const UNPROVOKED: Reasons = {
  GCHighDeletionRate: 'no: it takes 30,000 deletions within five minutes',
  GCClockSkew: 'no: program and API server share a clock here',
  KubewrightPanics: 'no: it takes a mistake in the program',
  KubewrightStuckWorker: 'no: it takes a quarter of an hour',
  KubewrightQueueGrows: 'no: it takes a thousand waiting keys',
  VaultUnsealerStale: 'no: it takes ten minutes',
}

function ofController(counter: string): string {
  return `sum by (controller) (rate(controller_runtime_${counter}{job=~"$job",controller=~"$controller"}[$__rate_interval]))`
}
