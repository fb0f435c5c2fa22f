import { type EventNote, findCondition } from 'kubewright'
import type { ApplicationStatus } from '../kind/application.ts'

/** What is new in a status, for `kubectl describe`. Nothing is said twice, and nothing that the Deployment's own events say. */
export function newsIn(before: ApplicationStatus | undefined, after: ApplicationStatus): readonly EventNote[] {
  const [wasReady, isReady] = [findCondition(before?.conditions, 'Ready'), findCondition(after.conditions, 'Ready')]
  const [wasDegraded, isDegraded] = [findCondition(before?.conditions, 'Degraded'), findCondition(after.conditions, 'Degraded')]
  const news: EventNote[] = []
  if (before?.revision !== undefined && after.revision !== undefined && before.revision !== after.revision && after.rollback === undefined)
    news.push({
      reason: 'RolloutStarted',
      action: 'Rollout',
      note: `rolling out revision ${after.revision} in place of ${before.revision}`,
    })
  if (isDegraded?.status === 'True' && (wasDegraded?.status !== 'True' || wasDegraded.reason !== isDegraded.reason))
    news.push({ type: 'Warning', reason: isDegraded.reason, action: 'Reconcile', note: isDegraded.message })
  if (isReady?.status === 'True' && wasReady?.status !== 'True') news.push({ reason: 'Ready', action: 'Reconcile', note: isReady.message })
  return news
}
