import {
  appsV1,
  autoscalingV2,
  ConfigMap,
  type ControllerDefinition,
  controller,
  Deployment,
  Ingress,
  isBadRequest,
  isConflict,
  isInvalid,
  isTerminal,
  type KubeObject,
  messageOf,
  type OwnedKind,
  owned,
  policyV1,
  Service,
  TerminalError,
} from 'kubewright'
import { CHILDREN, CONTROLLER } from '../desired/names.ts'
import { Application, type ApplicationStatus } from '../kind/application.ts'
import type { SecurityPolicy } from '../policy/security-policy.ts'
import { newsIn } from '../status/news.ts'
import { refusalOf } from '../status/report.ts'
import { reconcileApplication, tell } from './reconcile.ts'

/** Everything that an application may be made of. */
export const CHILD_KINDS = [
  Deployment,
  Service,
  ConfigMap,
  Ingress,
  autoscalingV2.HorizontalPodAutoscaler,
  policyV1.PodDisruptionBudget,
  appsV1.ControllerRevision,
] as const

/** What is over after two tries, a moment later, is not worth a status: another writer was faster, the server was away. */
const TELLING_ATTEMPT = 3

export interface ApplicationControllerOptions {
  readonly policy: SecurityPolicy
  readonly workers: number
  /** Hears of each rollout that is taken back. @default nobody does */
  readonly rolledBack?: (namespace: string) => void
}

export function applicationController({
  policy,
  workers,
  rolledBack: told,
}: ApplicationControllerOptions): ControllerDefinition<Application> {
  return controller(Application, {
    name: CONTROLLER,
    workers,
    owns: CHILD_KINDS.map((kind) => {
      // Its Deployment an application always has: no right to delete one is no chance to.
      const how = { labelSelector: CHILDREN, prune: kind !== Deployment }
      return owned(kind as typeof Deployment, how) as unknown as OwnedKind<KubeObject>
    }),
    async reconcile(context) {
      const { object, status, recorder } = context
      try {
        const { result, rolledBack } = await reconcileApplication(context, policy)
        if (rolledBack) told?.(object.metadata.namespace ?? '')
        return result
      } catch (error) {
        context.signal.throwIfAborted()
        const problem = refused(error)
        if (isTerminal(problem) || (context.attempt >= TELLING_ATTEMPT && !isConflict(error)))
          tell(context, refusalOf('ReconciliationFailed', messageOf(problem)))
        throw problem
      } finally {
        for (const note of newsIn(object.status, status as ApplicationStatus)) recorder.event(object, note)
      }
    },
  })
}

/** What the API server will not take today, it will not take tomorrow: the spec has to change. */
function refused(error: unknown): unknown {
  return isInvalid(error) || isBadRequest(error) ? new TerminalError(messageOf(error), { cause: error }) : error
}
