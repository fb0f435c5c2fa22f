import type { GroupVersionKind } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import { type OpenApiSchema, reference, referenceWith } from './openapi-schema.ts'

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources'
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds'
const METADATA =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
const LIST_METADATA =
  'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds'

const typeMeta = { apiVersion: { description: API_VERSION, type: 'string' }, kind: { description: KIND, type: 'string' } }

interface CustomKind extends GroupVersionKind {
  readonly plural: string
}

/** The name of a custom kind in a document: the group's parts turned round, `dev.example.v1.Website`. */
export function customModelName(kind: GroupVersionKind): string {
  return [...kind.group.split('.').reverse(), kind.version, kind.kind].join('.')
}

/** The schema of a custom kind and of its list, by name. */
export function customComponents(kind: CustomKind, schema: Schema): readonly (readonly [name: string, schema: OpenApiSchema])[] {
  const name = customModelName(kind)
  const own = {
    ...schema,
    properties: { ...schema.properties, ...typeMeta, metadata: referenceWith(`${META}.ObjectMeta`, { description: METADATA }) },
  }
  const list = {
    description: `${kind.kind}List is a list of ${kind.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta,
      items: { description: `List of ${kind.plural}.`, type: 'array', items: reference(name) },
      metadata: referenceWith(`${META}.ListMeta`, { description: LIST_METADATA }),
    },
  }
  const named = (each: string) => ({ 'x-kubernetes-group-version-kind': [{ group: kind.group, kind: each, version: kind.version }] })
  return [
    [name, { ...own, ...named(kind.kind) }],
    [`${name}List`, { ...list, ...named(`${kind.kind}List`) }],
  ]
}
