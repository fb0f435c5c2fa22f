import type { policyV1 } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { childMeta, selectorLabels } from './names.ts'

export function disruptionBudgetOf(application: Application): policyV1.PodDisruptionBudget | undefined {
  const { podDisruptionBudget } = application.spec
  if (podDisruptionBudget === undefined) return undefined
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMeta(application),
    spec: {
      selector: { matchLabels: selectorLabels(application) },
      ...podDisruptionBudget,
      // A pod that is not ready anyway must not keep a node from being drained.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  }
}
