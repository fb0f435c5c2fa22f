import { revisionOf } from '../desired/revision.ts'
import type { Application, ApplicationSpec } from '../kind/application.ts'
import { consistencyProblems, nameProblems } from './consistency.ts'
import type { Problem } from './problem.ts'
import { policyProblems, type SecurityPolicy } from './security-policy.ts'

/** What makes no sense. The webhook refuses it for that; and the controller, if the webhook was not there. */
export function specProblems(application: Pick<Application, 'metadata' | 'spec'>): readonly Problem[] {
  return [...nameProblems(application), ...consistencyProblems(application.spec)]
}

/**
 * What the policy has against a spec whose pods would be new. Of a policy that became stricter, what runs hears nothing: it stays, and can be scaled. The
 * webhook and the controller both ask here, so that nothing is taken in that is then left undone.
 * @param known the revision that was let in before: for the webhook the one of the object as it was, for the controller the one that is deployed
 */
export function policyProblemsOf(spec: ApplicationSpec, policy: SecurityPolicy, known: string | undefined): readonly Problem[] {
  return revisionOf(spec).hash === known ? [] : policyProblems(spec, policy)
}
