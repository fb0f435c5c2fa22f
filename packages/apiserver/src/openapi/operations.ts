import { apiVersionOf } from '@kubewright/core'
import { type OpenApiSchema, reference } from './openapi-schema.ts'

/** A resource as its paths need it. */
export interface PathResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly builtin: boolean
  readonly subresources: readonly string[]
  /** Names of the schemas of the kind and of its list. */
  readonly model: string
  readonly listModel: string
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly description: string
  readonly required?: boolean
  readonly schema: OpenApiSchema
}

function query(name: string, type: 'string' | 'integer' | 'boolean', description: string): Parameter {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } }
}

function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } }
}

/** kubectl asks the `patch` operation of a kind for `fieldValidation`; without it, it falls back to OpenAPI v2 in protobuf, and fails. */
const WRITE = [
  query('dryRun', 'string', 'When present, nothing is persisted. Valid values are: - All: all stages are processed.'),
  query('fieldManager', 'string', 'The name of the actor that makes these changes, of at most 128 printable characters.'),
  query('fieldValidation', 'string', 'What to do with unknown and duplicate fields: Ignore, Warn (the default) or Strict.'),
]
const PATCH = [...WRITE, query('force', 'boolean', 'Takes over fields of other managers that conflict. For apply patches only.')]
const DELETE = [
  WRITE[0]!,
  query('gracePeriodSeconds', 'integer', 'Seconds before the object is deleted; 0 deletes at once.'),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'Orphan, Background or Foreground.'),
]
const LIST = [
  query('allowWatchBookmarks', 'boolean', 'Asks for events of type BOOKMARK.'),
  query('continue', 'string', 'The token of the page before.'),
  query('fieldSelector', 'string', 'Restricts the objects by their fields.'),
  query('labelSelector', 'string', 'Restricts the objects by their labels.'),
  query('limit', 'integer', 'The most objects to return in one answer.'),
  query('resourceVersion', 'string', 'The resource version that the answer may come from.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Begins a watch with the objects that are there.'),
  query('timeoutSeconds', 'integer', 'Ends a list or watch after so long.'),
  query('watch', 'boolean', 'Streams changes instead of a list.'),
]

const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json']

/** Paths of one resource and its subresources, in every document of its group-version. */
export function resourcePaths(resource: PathResource): Record<string, OpenApiSchema> {
  const root = `/${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : `${root}/${resource.plural}`
  const scope = resource.namespaced ? [pathParameter('namespace', 'object name and auth scope, such as for teams and projects')] : []
  const named = [pathParameter('name', `name of the ${resource.kind}`), ...scope]
  const paths: Record<string, OpenApiSchema> = {}
  if (resource.namespaced) paths[`${root}/${resource.plural}`] = { get: operation(resource, 'list', LIST, { answer: resource.listModel }) }
  paths[collection] = { ...collectionOperations(resource), ...(scope.length === 0 ? {} : { parameters: scope }) }
  paths[`${collection}/{name}`] = { ...objectOperations(resource, resource.model), delete: deleteOperation(resource), parameters: named }
  for (const subresource of resource.subresources) {
    const model = subresource === 'scale' ? 'io.k8s.api.autoscaling.v1.Scale' : resource.model
    paths[`${collection}/{name}/${subresource}`] = { ...objectOperations(resource, model), parameters: named }
  }
  return paths
}

function collectionOperations(resource: PathResource): OpenApiSchema {
  return {
    get: operation(resource, 'list', LIST, { answer: resource.listModel }),
    post: operation(resource, 'post', WRITE, { body: resource.model, answer: resource.model }),
    delete: operation(resource, 'deletecollection', [...DELETE, ...LIST], { body: `${META}.DeleteOptions`, answer: `${META}.Status` }),
  }
}

function objectOperations(resource: PathResource, model: string): OpenApiSchema {
  const types = resource.builtin ? [...PATCH_TYPES, 'application/strategic-merge-patch+json'] : PATCH_TYPES
  const patch = { content: Object.fromEntries(types.map((type) => [type, { schema: reference(`${META}.Patch`) }])), required: true }
  return {
    get: operation(resource, 'get', [], { answer: model }),
    put: operation(resource, 'put', WRITE, { body: model, answer: model }),
    patch: { ...operation(resource, 'patch', PATCH, { answer: model }), requestBody: patch },
  }
}

function deleteOperation(resource: PathResource): OpenApiSchema {
  return operation(resource, 'delete', DELETE, { body: `${META}.DeleteOptions`, answer: `${META}.Status` })
}

function operation(
  resource: PathResource,
  action: string,
  parameters: readonly Parameter[],
  models: { readonly body?: string; readonly answer: string },
): OpenApiSchema {
  const { group, version, kind } = resource
  const content = { 'application/json': { schema: reference(models.answer) } }
  return {
    description: `${action} ${kind}`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(models.body === undefined ? {} : { requestBody: { content: { '*/*': { schema: reference(models.body) } } } }),
    responses: { '200': { description: 'OK', content }, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}
