import { autoscalingV2, controllerOf, Deployment, isNotFound, type ReconcileContext } from 'kubewright'
import { CONTROLLER } from '../desired/names.ts'
import type { Application } from '../kind/application.ts'

/** Holds the number of replicas for the autoscaler, which takes no field for its own before it changes it. */
const HOLDER = 'application-autoscaling'

/**
 * Before the first apply without `spec.replicas`: a field that its only owner leaves out goes back to its default, which is one replica, and an
 * application at its peak would lose all pods but one. Another field manager keeps the number until the autoscaler changes it.
 */
export async function handOverReplicas({
  object,
  children,
  client,
  signal,
}: Pick<ReconcileContext<Application>, 'object' | 'children' | 'client' | 'signal'>): Promise<void> {
  const { name = '', namespace, uid } = object.metadata
  if (object.spec.autoscaling === undefined) return
  const [shown] = children(Deployment)
  // That there is an autoscaler says nothing alone: it may be the one of before, which a pass that took the replicas back has failed to delete.
  const hasAutoscaler = children(autoscalingV2.HorizontalPodAutoscaler).length > 0
  if (hasAutoscaler && shown !== undefined && !appliesReplicas(shown)) return
  const deployments = await client.resource(Deployment, { signal })
  const live = await deployments.get({ name, namespace }, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  const replicas = live?.spec?.replicas
  if (live === undefined || replicas === undefined || controllerOf(live)?.uid !== uid || !appliesReplicas(live)) return
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, uid: live.metadata.uid }, spec: { replicas } }
  await deployments.patch({ name, namespace }, { type: 'apply', body, force: true }, { fieldManager: HOLDER, signal })
}

function appliesReplicas({ metadata }: Deployment): boolean {
  const ours = metadata.managedFields?.find(
    ({ manager, operation, subresource }) => manager === CONTROLLER && operation === 'Apply' && !subresource,
  )
  const spec = ours?.fieldsV1?.['f:spec'] as Readonly<Record<string, unknown>> | undefined
  return spec?.['f:replicas'] !== undefined
}
