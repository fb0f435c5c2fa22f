import type { Application } from '../kind/application.ts'
import { consistencyProblems, nameProblems } from './consistency.ts'
import type { Problem } from './problem.ts'
import { policyProblems, type SecurityPolicy } from './security-policy.ts'

/** Everything that is wrong with an application. The webhook refuses it for that; and the controller, if the webhook was not there. */
export function problemsOf(application: Pick<Application, 'metadata' | 'spec'>, policy: SecurityPolicy): readonly Problem[] {
  return [...nameProblems(application), ...consistencyProblems(application.spec), ...policyProblems(application.spec, policy)]
}
