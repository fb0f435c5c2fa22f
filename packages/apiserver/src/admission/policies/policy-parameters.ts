import { type DynamicObject, labelSelectorOf, matchesLabels, parseApiVersion } from '@kubewright/core'
import type { Catalog } from '../../registry/catalog.ts'
import { apiVersionOfResource, prepared, type StoredResource, served } from '../../registry/resource.ts'
import { inTime } from '../../registry/steps.ts'
import { keyOf } from '../../registry/target.ts'
import type { Store } from '../../storage/index.ts'
import type { ParamKind, ParamRef } from './policy.ts'

/** The policy or its binding is not to be used as it is. The texts are kube-apiserver's. */
export class PolicyConfigurationError extends Error {
  override readonly name = 'PolicyConfigurationError'
}

export interface ParametersContext {
  readonly store: Store
  readonly catalog: Catalog
}

/** @throws PolicyConfigurationError for a kind that is not served */
export function parameterResource({ apiVersion, kind }: ParamKind, { catalog }: ParametersContext): StoredResource {
  const { group, version } = parseApiVersion(apiVersion)
  const resource = catalog.ofKind(group, kind, version)
  if (resource !== undefined) return resource
  throw new PolicyConfigurationError(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`)
}

/**
 * The parameters under which a policy is to be evaluated; null is one evaluation without any.
 * @param namespace of the request; empty for what belongs to the cluster
 * @throws PolicyConfigurationError
 */
export async function parametersOf(
  resource: StoredResource | undefined,
  reference: ParamRef | undefined,
  namespace: string,
  { store }: ParametersContext,
): Promise<readonly (DynamicObject | null)[]> {
  if (resource === undefined || reference === undefined) return [null]
  if (!resource.namespaced && reference.namespace)
    throw new PolicyConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const place = reference.namespace || namespace
  if (resource.namespaced && place === '')
    throw new PolicyConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  const found = stored(resource, reference, resource.namespaced ? place : undefined, store)
  if (found.length === 0 && reference.parameterNotFoundAction === 'Deny')
    throw new PolicyConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction')
  await inTime(prepared(resource, found, 'served'))
  return found.map((object) => ({ ...served(resource, object), apiVersion: apiVersionOfResource(resource), kind: resource.kind }))
}

function stored({ storage: { table } }: StoredResource, { name, selector }: ParamRef, namespace: string | undefined, store: Store) {
  if (name) {
    const entry = store.get(table, keyOf({ name, namespace }))
    return entry === undefined ? [] : [entry.object]
  }
  const wanted = labelSelectorOf(selector ?? {})
  return store
    .list(table, namespace === undefined ? {} : { prefix: `${namespace}/` })
    .map(({ object }) => object)
    .filter(({ metadata }) => matchesLabels(wanted, metadata.labels))
}
