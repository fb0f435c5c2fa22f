import { apiVersionOf, type KubeObject, type ResourceType } from '@kubewright/core'
import type { ObjectName, Patch } from '../contract.ts'
import type { Query } from '../transport/request.ts'

export interface PatchRequest {
  readonly contentType: string
  readonly body: unknown
  readonly query: Query
  /** Whether it may be sent again when nobody knows whether it arrived. */
  readonly repeatable: boolean
}

/** How each kind of patch travels. */
export function patchRequest<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, patch: Patch): PatchRequest {
  switch (patch.type) {
    case 'json':
      return { contentType: 'application/json-patch+json', body: patch.body, query: {}, repeatable: false }
    case 'merge':
      return { contentType: 'application/merge-patch+json', body: patch.body, query: {}, repeatable: false }
    case 'strategic':
      return { contentType: 'application/strategic-merge-patch+json', body: patch.body, query: {}, repeatable: false }
    case 'apply':
      return {
        // JSON is YAML, and this is the type that servers before 1.33 know, too.
        contentType: 'application/apply-patch+yaml',
        body: identified(type, name, patch.body),
        query: { force: patch.force },
        // Applying the same intent twice is applying it once.
        repeatable: true,
      }
  }
}

/** An applied object must say what it is; whoever wrote it for this resource need not repeat it. */
function identified<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, body: object): object {
  const { metadata } = body as { metadata?: object }
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    ...body,
    metadata: { name: name.name, ...(name.namespace && { namespace: name.namespace }), ...metadata },
  }
}
