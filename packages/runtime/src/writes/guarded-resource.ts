import type { DeleteResult, ObjectName, Resource } from '@kubewright/client'
import type { KubeObject, ResourceType } from '@kubewright/core'
import type { GuardedWrites } from './guarded-writes.ts'
import type { WriteAttempt } from './write-guard.ts'

/** The same resource, every write of which passes the guards. */
export function guardedResource<T extends KubeObject>(resource: Resource<T>, writes: GuardedWrites): Resource<T> {
  const attempt = (verb: WriteAttempt['verb'], name: WriteAttempt['name'], { dryRun = false }: { readonly dryRun?: boolean } = {}) => ({
    ...{ verb, name, dryRun },
    type: resource.type as unknown as ResourceType,
  })
  const whole = (object: KubeObject) => object
  return {
    ...resource,
    create: (object, options = {}) => {
      const { name, namespace = options.namespace } = object.metadata
      const write = attempt('create', name === undefined ? undefined : { name, namespace }, options)
      return writes.pass(write, options, (guarded) => resource.create(object, guarded), whole)
    },
    update: (object, options = {}) => {
      const { name = '', namespace } = object.metadata
      return writes.pass(attempt('update', { name, namespace }, options), options, (guarded) => resource.update(object, guarded), whole)
    },
    patch: (name, patch, options = {}) =>
      writes.pass(attempt('patch', name, options), options, (guarded) => resource.patch(name, patch, guarded), whole),
    delete: (name, options = {}) =>
      writes.pass(
        attempt('delete', name, options),
        options,
        (guarded) => resource.delete(name, guarded),
        (result) => (result.gone ? whatIsGone(name, result) : result.object),
      ),
    deleteCollection: (options = {}) =>
      writes.pass(
        attempt('deletecollection', undefined, options),
        options,
        (guarded) => resource.deleteCollection(guarded),
        () => undefined,
      ),
    setReplicas: (name, replicas, options = {}) =>
      writes.pass(attempt('patch', name, options), options, (guarded) => resource.setReplicas(name, replicas, guarded), whole),
    metadataOnly: () => guardedResource(resource.metadataOnly(), writes),
  }
}

type Gone = Extract<DeleteResult<KubeObject>, { readonly gone: true }>

/**
 * Its uid, by which it is told from what is made under its name later, and its owners, if they are told. No version: an object that comes as the answer has
 * the one from before its deletion.
 */
function whatIsGone({ name, namespace }: ObjectName, { status, object }: Gone): KubeObject | undefined {
  const uid = object?.metadata.uid ?? status?.details?.uid
  if (uid === undefined) return undefined
  const { ownerReferences } = object?.metadata ?? {}
  return {
    metadata: {
      name,
      uid,
      ...(namespace === undefined ? {} : { namespace }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
  }
}
