import type { autoscalingV2 } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { childMeta } from './names.ts'

/** What most charts take, and kubectl autoscale too. */
const USUAL_TARGET = 80

export function autoscalerOf(application: Application): autoscalingV2.HorizontalPodAutoscaler | undefined {
  const { autoscaling } = application.spec
  if (autoscaling === undefined) return undefined
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage: cpu, targetMemoryUtilizationPercentage: memory, behavior } = autoscaling
  const targets = { cpu: cpu ?? (memory === undefined ? USUAL_TARGET : undefined), memory }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: childMeta(application),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: application.metadata.name ?? '' },
      minReplicas,
      maxReplicas,
      metrics: Object.entries(targets).flatMap(([name, averageUtilization]) =>
        averageUtilization === undefined
          ? []
          : [{ type: 'Resource' as const, resource: { name, target: { type: 'Utilization' as const, averageUtilization } } }],
      ),
      ...(behavior !== undefined && { behavior: behavior as autoscalingV2.HorizontalPodAutoscalerBehavior }),
    },
  }
}
