import { type PolicyRule, rbac } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'
import { labelsOf } from './deployed-program.ts'

/** What `--metrics-secure` asks the API server. A role of its own: who leaves the flag out need not bind it. */
export function metricsAuthRoleOf({ name }: Pick<OperatorDefinition, 'name'>) {
  const rules: readonly PolicyRule[] = [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ]
  return rbac(`kubewright-${name}-metrics-auth`, rules, labelsOf(name))
}
