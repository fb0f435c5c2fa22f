import { Deployment, type ReconcileContext } from 'kubewright'
import { CONTROLLER } from '../desired/names.ts'
import type { Application } from '../kind/application.ts'

/**
 * Before the first apply with the strategy Recreate: the server has filled in `rollingUpdate`, which is nobody's field, so that leaving it out leaves it
 * there, and it refuses the two together. Only a patch takes it away.
 */
export async function leaveRollingUpdate({
  object,
  children,
  client,
  signal,
}: Pick<ReconcileContext<Application>, 'object' | 'children' | 'client' | 'signal'>): Promise<void> {
  const [live] = children(Deployment)
  if (object.spec.strategy !== 'Recreate' || live?.spec?.strategy?.rollingUpdate === undefined) return
  const { name, namespace, uid } = live.metadata
  const deployments = await client.resource(Deployment, { signal })
  const body = { metadata: { uid }, spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }
  await deployments.patch({ name, namespace }, { type: 'merge', body }, { fieldManager: CONTROLLER, signal })
}
