import type { DynamicObject } from '@kubewright/core'
import { type Fields, fieldsAt, isFields } from '../registry/fields.ts'
import type { StoredResource } from '../registry/resource.ts'
import { badRequest, internalError, invalid, invalidValue } from '../status/index.ts'
import { SCHEME } from './decode.ts'

/** The autoscaling/v1 Scale of an object. @throws Refusal 500 when the object does not say how many replicas it wants */
export function scaleOf(resource: StoredResource, object: DynamicObject): DynamicObject {
  if (valueAt(object, resource.scale!.replicas) === undefined && resource.custom !== undefined)
    throw internalError(`the spec replicas field ${replicasField(resource)} does not exist`)
  return looseScaleOf(resource, object)
}

const replicasField = ({ scale }: StoredResource): string => JSON.stringify(`.${scale!.replicas.join('.')}`)

/** The same for a patch, which may be the first to say how many. */
export function looseScaleOf(resource: StoredResource, object: DynamicObject): DynamicObject {
  const scale = resource.scale!
  const replicas = valueAt(object, scale.replicas)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = scale.selector?.(object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { ...{ name, namespace, uid, resourceVersion, creationTimestamp } } as DynamicObject['metadata'],
    spec: replicas === undefined || replicas === 0 ? {} : { replicas },
    status: { replicas: valueAt(object, scale.statusReplicas) ?? 0, ...(selector ? { selector } : {}) },
  }
}

/** The object with the replicas that a Scale asks for, and the Scale's resourceVersion as its lock. @throws Refusal 400, 422 */
export function scaled(resource: StoredResource, object: DynamicObject, scale: unknown): DynamicObject {
  if (!isFields(scale)) throw badRequest('a Scale is an object')
  const { kind = 'Scale', apiVersion = 'autoscaling/v1' } = scale as { readonly kind?: string; readonly apiVersion?: string }
  if (kind !== 'Scale' || apiVersion !== 'autoscaling/v1') {
    const version = JSON.stringify(apiVersion.slice(apiVersion.indexOf('/') + 1))
    throw badRequest(
      `${kind} in version ${version} cannot be handled as a Scale: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ${SCHEME}`,
    )
  }
  const spec = isFields(scale['spec']) ? scale['spec'] : {}
  // A Scale leaves out a 0. Where there was no number before, nothing is not 0.
  if (spec['replicas'] === undefined && resource.custom !== undefined && valueAt(object, resource.scale!.replicas) === undefined)
    throw badRequest(`the spec replicas field ${replicasField(resource)} cannot be empty`)
  const replicas = spec['replicas'] ?? 0
  const field = `${resource.custom === undefined ? '' : '.'}${resource.scale!.replicas.join('.')}`
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
    )
  }
  if (replicas < 0) {
    const name = object.metadata.name ?? ''
    throw resource.custom === undefined
      ? invalid({ group: 'autoscaling', kind: 'Scale' }, name, [invalidValue(field, replicas, 'must be greater than or equal to 0')])
      : invalid(resource, name, [invalidValue(field, replicas, 'should be a non-negative integer')])
  }
  const draft = structuredClone(object) as unknown as Fields
  const path = resource.scale!.replicas
  let parent = draft
  for (const key of path.slice(0, -1)) parent = fieldsAt(parent, key)
  parent[path.at(-1)!] = replicas
  const metadata = isFields(scale['metadata']) ? scale['metadata'] : {}
  return { ...draft, metadata: { ...object.metadata, resourceVersion: String(metadata['resourceVersion'] ?? '') } } as DynamicObject
}

function valueAt(object: DynamicObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), object)
}
