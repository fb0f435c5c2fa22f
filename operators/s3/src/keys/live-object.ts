import { isNotFound, type ReconcileContext } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'

/**
 * Whether the object is stored as it was read: keys are made and removed by what is stored, and not by what was. One that is not there any more is no
 * failure: its reader is behind, and will hear of it.
 */
export async function isCurrent({
  object,
  client,
  signal,
}: Pick<ReconcileContext<AccessKey>, 'object' | 'client' | 'signal'>): Promise<boolean> {
  const keys = await client.resource(AccessKey, { signal })
  const { name, namespace, uid, resourceVersion } = object.metadata
  try {
    const { metadata } = await keys.get({ name, namespace }, { signal })
    return metadata.uid === uid && metadata.resourceVersion === resourceVersion
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
