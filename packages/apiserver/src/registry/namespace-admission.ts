import type { DynamicObject } from '@kubewright/core'
import { forbidden, notFound } from '../status/index.ts'
import type { Store } from '../storage/index.ts'
import type { StoredResource } from './resource.ts'

const NAMESPACES = { group: '', plural: 'namespaces' }
const TABLE = '/namespaces'

/** The namespaces whose deletion would take the cluster apart. */
const PERMANENT = new Set(['default', 'kube-system', 'kube-public'])

/** Objects are created in living namespaces alone. @throws Refusal 404 or 403 */
export function admitToNamespace(store: Store, resource: StoredResource, namespace: string, name: string): void {
  const entry = store.get(TABLE, namespace)
  if (entry === undefined) throw notFound(NAMESPACES, namespace)
  if (!isTerminating(entry.object)) return
  throw forbidden(resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}

export function admitDeletion(resource: StoredResource, name: string): void {
  if (resource.storage.table === TABLE && PERMANENT.has(name)) throw forbidden(NAMESPACES, name, 'this namespace may not be deleted')
}

const isTerminating = (namespace: DynamicObject): boolean =>
  (namespace['status'] as { readonly phase?: string } | undefined)?.phase === 'Terminating'
