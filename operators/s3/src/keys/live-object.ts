import type { ReconcileContext } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'

/** Whether the object has changed since it was read: keys are made and removed by what is stored, and not by what was. */
export async function isStale({ object, client, signal }: ReconcileContext<AccessKey>): Promise<boolean> {
  const keys = await client.resource(AccessKey, { signal })
  const { name, namespace } = object.metadata
  const live = await keys.get({ name, namespace }, { signal })
  return live.metadata.resourceVersion !== object.metadata.resourceVersion || live.metadata.uid !== object.metadata.uid
}
