import type { Resource } from '@kubewright/client'
import { hasFinalizer, isInvalid, isNotFound, type JsonPatchOperation, type KubeObject } from '@kubewright/core'
import { OutdatedError } from './errors.ts'

interface WriteContext {
  readonly signal: AbortSignal
  readonly fieldManager: string
}

/** How often the removal is made anew when others change the list at the same time. */
const REMOVALS = 5

/**
 * Puts the finalizer on; returns the object as it is then. Only the list of finalizers must be as it was read: other changes are no conflict, and
 * what others have put on stays.
 * @throws OutdatedError when the list has changed, or the object is being deleted or is another one
 */
export async function addFinalizer<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  finalizer: string,
  context: WriteContext,
): Promise<T> {
  const { finalizers = [], resourceVersion } = object.metadata
  if (finalizers.includes(finalizer)) return object
  const body: readonly JsonPatchOperation[] =
    finalizers.length === 0
      ? // Servers differ in whether an absent list equals null, so the whole object must be as it was read.
        [
          { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
          { op: 'add', path: '/metadata/finalizers', value: [finalizer] },
        ]
      : [
          { op: 'test', path: '/metadata/finalizers', value: finalizers },
          { op: 'add', path: '/metadata/finalizers/-', value: finalizer },
        ]
  return await write(resource, object, body, context)
}

/**
 * Takes the finalizer off, and no other one, wherever it is by now. That the object is gone already is fine.
 * @throws OutdatedError when the list changed each time it was tried
 */
export async function removeFinalizer<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  finalizer: string,
  context: WriteContext,
): Promise<void> {
  let latest = object
  for (let tries = 1; latest.metadata.uid === object.metadata.uid && hasFinalizer(latest, finalizer); tries++) {
    const path = `/metadata/finalizers/${latest.metadata.finalizers?.indexOf(finalizer)}`
    try {
      await write(
        resource,
        latest,
        [
          { op: 'test', path, value: finalizer },
          { op: 'remove', path },
        ],
        context,
      )
      return
    } catch (error) {
      if (isNotFound(error)) return
      if (!(error instanceof OutdatedError) || tries === REMOVALS) throw error
    }
    const { name = '', namespace } = object.metadata
    const found = await resource.get({ name, namespace }, { signal: context.signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    if (found === undefined) return
    latest = found
  }
}

async function write<T extends KubeObject>(
  resource: Resource<T>,
  { metadata: { name = '', namespace, uid } }: KubeObject,
  operations: readonly JsonPatchOperation[],
  context: WriteContext,
): Promise<T> {
  // An object that was deleted and made again under its name has other finalizers for other reasons.
  const body: readonly JsonPatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: uid }, ...operations]
  try {
    return await resource.patch({ name, namespace }, { type: 'json', body }, context)
  } catch (error) {
    if (isRefusedTest(error)) throw new OutdatedError(`the finalizers of "${name}" have changed since they were read`, { cause: error })
    throw error
  }
}

/**
 * A `test` that fails and a finalizer for an object that is being deleted are both answered with 422. So is an object that is not valid any
 * more, which is no matter of time; that one names its fields.
 */
function isRefusedTest(error: unknown): boolean {
  if (!isInvalid(error)) return false
  const causes = error.status.details?.causes ?? []
  return causes.length === 0 || causes.some(({ field }) => field === 'metadata.finalizers')
}
