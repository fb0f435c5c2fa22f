import {
  appsV1,
  autoscalingV2,
  ConfigMap,
  type ControllerDefinition,
  controller,
  Deployment,
  Ingress,
  isApiError,
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
import type { Census } from '../metrics/census.ts'
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
  /** @default none */
  readonly census?: Census
}

export function applicationController({ policy, workers, census }: ApplicationControllerOptions): ControllerDefinition<Application> {
  return controller(Application, {
    name: CONTROLLER,
    workers,
    owns: CHILD_KINDS.map((kind) => owned(kind as typeof Deployment, { labelSelector: CHILDREN }) as unknown as OwnedKind<KubeObject>),
    async reconcile(context) {
      const { object, status, recorder, request } = context
      try {
        const { result, rolledBack } = await reconcileApplication(context, policy)
        if (rolledBack) census?.rolledBack(object.metadata.namespace ?? '')
        return result
      } catch (error) {
        context.signal.throwIfAborted()
        const problem = refused(error)
        if (isTerminal(problem) || (context.attempt >= TELLING_ATTEMPT && !isConflict(error)))
          tell(context, refusalOf('ReconciliationFailed', messageOf(problem)))
        throw problem
      } finally {
        for (const note of newsIn(object.status, status as ApplicationStatus)) recorder.event(object, note)
        census?.saw(request, status.phase ?? 'Pending')
      }
    },
    onDeleted: (request) => census?.forget(request),
  })
}

/** What the API server will not take today, it will not take tomorrow: the spec has to change. */
function refused(error: unknown): unknown {
  return isInvalid(error) || isBadRequest(error) || isUntyped(error) ? new TerminalError(messageOf(error), { cause: error }) : error
}

/** A text where the kind has a map, or a field that it has not, as can be in spec.affinity: server-side apply answers 500 for it, and means 400. */
const isUntyped = (error: unknown): boolean =>
  isApiError(error) && error.code === 500 && error.message.includes('failed to create typed patch object')
