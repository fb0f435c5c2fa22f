import type { Deployment } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { childMeta, selectorLabels } from './names.ts'
import { podTemplateOf } from './pod-template.ts'
import type { Revision } from './revision.ts'

/** The Deployment that runs a revision; how many pods, and how they are replaced, is said by the spec as it is now. */
export function deploymentOf(application: Application, revision: Revision): Deployment {
  const { replicas, autoscaling, strategy, rollingUpdate, minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit, paused } =
    application.spec
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMeta(application),
    spec: {
      // Left to the autoscaler: a field that is not applied is not fought over.
      ...(autoscaling === undefined && { replicas }),
      selector: { matchLabels: selectorLabels(application) },
      strategy: { type: strategy, ...(rollingUpdate !== undefined && { rollingUpdate }) },
      progressDeadlineSeconds,
      ...(paused && { paused }),
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      ...(revisionHistoryLimit !== undefined && { revisionHistoryLimit }),
      template: podTemplateOf(application, revision),
    },
  }
}
