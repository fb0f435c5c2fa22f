import { type DynamicObject, isResourceVersion } from '@kubewright/core'
import { conflict, invalid, invalidValue, MODIFIED, storageError } from '../status/index.ts'
import type { UpdateOptions } from './objects.ts'
import type { StoredResource } from './resource.ts'
import { keyOf, type Target } from './target.ts'

/** An update may name the version of the object that it means; most kinds demand it. @throws Refusal 409, 422, 500 */
export function checkLock(
  resource: StoredResource,
  target: Target,
  current: DynamicObject,
  next: DynamicObject,
  options: UpdateOptions,
): void {
  const { resourceVersion } = next.metadata
  if (!resourceVersion) {
    const isPart = options.subresource === 'finalize' || options.subresource === 'scale'
    if (options.unconditional || resource.strategy.unconditionalUpdate || isPart) return
    const what = { group: resource.group, kind: resource.plural }
    throw invalid(what, target.name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')])
  }
  if (!isResourceVersion(resourceVersion))
    throw storageError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`)
  if (resourceVersion !== current.metadata.resourceVersion) throw conflict(resource, target.name, MODIFIED)
}

/** Where etcd has what a client is told about by its key; the oldest kinds have moved since they were named. */
function registryPath({ group, plural, custom }: StoredResource): string {
  if (custom !== undefined || group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io') return `${group}/${plural}`
  return MOVED[plural] ?? plural
}

const MOVED: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
}

/** The text of an update that names another incarnation of the object. */
export function uidConflict(resource: StoredResource, target: Target, given: string, actual: string): Error {
  const key = `/registry/${registryPath(resource)}/${keyOf(target)}`
  return conflict(
    resource,
    target.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${actual}`,
  )
}
