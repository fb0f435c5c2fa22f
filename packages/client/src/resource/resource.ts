import { apiVersionOf, type Clock, describeKind, type KubeObject, type ResourceType, type Status } from '@kubewright/core'
import type {
  DeleteOptions,
  ListOptions,
  ObjectName,
  RequestOptions,
  Resource,
  Scale,
  Selection,
  WatchOptions,
  WriteOptions,
} from '../contract.ts'
import { listParts } from '../list/list-parts.ts'
import { wholeList } from '../list/whole-list.ts'
import type { ApiRequest, Query } from '../transport/request.ts'
import { describeRequest } from '../transport/request.ts'
import { jsonOf, type Transport } from '../transport/transport.ts'
import { watchEvents } from '../watch/watch-events.ts'
import { readDeleteAnswer } from './delete-answer.ts'
import { eachItem } from './pages.ts'
import { patchRequest } from './patch-request.ts'
import { metadataObjects, type Representation, wholeObjects } from './representation.ts'
import { resourcePath } from './resource-path.ts'

export interface ResourceContext {
  readonly transport: Pick<Transport, 'send' | 'open'>
  readonly fieldManager: string
  /** Milliseconds for one attempt. */
  readonly timeout: number
  readonly compression: boolean
  readonly clock: Clock
  readonly random: () => number
}

/** The typed view of one resource. */
export function createResource<T extends KubeObject>(context: ResourceContext, type: ResourceType<T>): Resource<T> {
  return resourceIn(context, type, wholeObjects(type))
}

function resourceIn<T extends KubeObject>(context: ResourceContext, type: ResourceType<T>, form: Representation<T>): Resource<T> {
  const json = async <R>(request: ApiRequest): Promise<R> => jsonOf<R>(await context.transport.send(request), describeRequest(request))
  const written = (options: WriteOptions): Query => ({
    dryRun: options.dryRun ? 'All' : undefined,
    fieldManager: options.fieldManager ?? context.fieldManager,
    fieldValidation: options.fieldValidation,
  })
  const one = (name: ObjectName, subresource?: string) => resourcePath(type, { name: name.name, namespace: name.namespace, subresource })
  const base = (options: RequestOptions) => ({
    signal: options.signal,
    timeout: options.timeout,
    retry: options.retry,
    beforeSend: options.beforeSend,
  })

  const listReading = (options: ListOptions, keepManagedFields: boolean, connection: 'pooled' | 'lent') => {
    const keep = options.managedFields ?? keepManagedFields
    const request: ApiRequest = {
      verb: 'list',
      method: 'GET',
      path: resourcePath(type, { namespace: options.namespace }),
      query: { ...selected(options), ...paged(options) },
      accept: (keep ? form : form.lean).listAccept,
      ...(context.compression && { headers: { 'accept-encoding': 'gzip' } }),
      ...base(options),
    }
    return {
      request: describeRequest(request),
      kind: describeKind(type),
      keepManagedFields: keep,
      timeout: options.timeout ?? context.timeout,
      clock: context.clock,
      signal: options.signal,
      open: (signal: AbortSignal | undefined) => context.transport.open({ ...request, signal }, { connection }),
    }
  }

  const self: Resource<T> = {
    type,

    async get(name, options = {}) {
      return form.adapt(
        await json<T>({
          verb: 'get',
          method: 'GET',
          path: one(name),
          query: { resourceVersion: options.resourceVersion },
          accept: form.accept,
          ...base(options),
        }),
      )
    },

    list: async (options = {}) =>
      wholeList({ ...listReading(options, true, 'pooled'), retry: options.retry ?? true, random: context.random }, form.adapt),

    listParts: (options = {}) => listParts(listReading(options, false, 'lent'), form.adapt),

    items: (options = {}) => eachItem((page) => self.listParts({ managedFields: true, ...page }), options),

    async create(object, options = {}) {
      const namespace = object.metadata.namespace ?? options.namespace
      if (object.metadata.namespace && options.namespace && object.metadata.namespace !== options.namespace) {
        throw new Error(
          `${describeKind(type)} "${object.metadata.name ?? ''}" is of namespace "${object.metadata.namespace}" and was to be created in "${options.namespace}"`,
        )
      }
      if (type.namespaced && !namespace) {
        throw new Error(
          `${describeKind(type)} "${object.metadata.name ?? ''}" has no namespace to be created in: set metadata.namespace, or pass one`,
        )
      }
      return form.adapt(
        await json<T>({
          verb: 'create',
          method: 'POST',
          path: resourcePath(type, { namespace }),
          query: written(options),
          accept: form.accept,
          body: identified(object),
          ...base(options),
        }),
      )
    },

    async update(object, options = {}) {
      const { name, namespace } = object.metadata
      if (!name) throw new Error(`${describeKind(type)} has no metadata.name: an update needs the object it replaces`)
      return form.adapt(
        await json<T>({
          verb: 'update',
          method: 'PUT',
          path: one({ name, namespace }, options.subresource),
          query: written(options),
          accept: form.accept,
          body: identified(object),
          ...base(options),
        }),
      )
    },

    async patch(name, patch, options = {}) {
      const { query, ...request } = patchRequest(type, name, patch)
      return form.adapt(
        await json<T>({
          verb: 'patch',
          method: 'PATCH',
          path: one(name, options.subresource),
          query: { ...written(options), ...query },
          accept: form.accept,
          ...request,
          ...base(options),
        }),
      )
    },

    async delete(name, options = {}) {
      const answer = await json<T | Status>({
        verb: 'delete',
        method: 'DELETE',
        path: one(name),
        body: deleteBody(options),
        accept: form.accept,
        ...base(options),
      })
      return readDeleteAnswer(answer.kind === 'Status' ? answer : form.adapt(answer as T))
    },

    async deleteCollection(options = {}) {
      if (type.namespaced && !options.namespace) {
        throw new Error(
          `${describeKind(type)}: a collection is deleted in one namespace at a time: name it (the server has no request for all)`,
        )
      }
      if ('shardSelector' in options && options.shardSelector) {
        throw new Error(
          `${describeKind(type)}: a collection is not deleted by shard: a server that does not know shards would delete all of it. Read the shard's items, and delete them one by one`,
        )
      }
      await context.transport.send({
        verb: 'deletecollection',
        method: 'DELETE',
        path: resourcePath(type, { namespace: options.namespace }),
        query: { ...selected(options), ...paged(options) },
        body: deleteBody(options),
        ...base(options),
      })
    },

    getScale: (name, options = {}) => json<Scale>({ verb: 'get', method: 'GET', path: one(name, 'scale'), ...base(options) }),

    setReplicas: (name, replicas, options = {}) =>
      json<Scale>({
        verb: 'patch',
        method: 'PATCH',
        path: one(name, 'scale'),
        query: written(options),
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas } },
        // The same number twice is the same number.
        repeatable: true,
        ...base(options),
      }),

    watch(options = {}) {
      const request: ApiRequest = {
        verb: 'watch',
        method: 'GET',
        path: resourcePath(type, { namespace: options.namespace }),
        query: watched(options),
        accept: (options.managedFields ? form : form.lean).accept,
      }
      return watchEvents<T>(
        {
          request: describeRequest(request),
          keepManagedFields: options.managedFields ?? false,
          signal: options.signal,
          open: (signal) => context.transport.open({ ...request, signal }, { onBytes: options.onBytes }),
        },
        form.adapt,
      )
    },

    metadataOnly: () => metadataResource(context, type),
  }

  const identified = (object: T): T => ({ ...object, apiVersion: object.apiVersion ?? apiVersionOf(type), kind: object.kind ?? type.kind })

  return self
}

/** To write an object from its metadata alone would empty it; a patch of the metadata is fine. */
function metadataResource<T extends KubeObject>(context: ResourceContext, type: ResourceType<T>): Resource<KubeObject> {
  const refuse = (what: string) => () =>
    Promise.reject(
      new Error(
        `${describeKind(type)}: ${what} with metadata alone would lose the rest of the object: patch it, or use the whole resource`,
      ),
    )
  const { group, version, kind, plural, namespaced } = type
  const reduced: ResourceType<KubeObject> = { group, version, kind, plural, namespaced }
  const resource = resourceIn(context, reduced, metadataObjects(reduced))
  return { ...resource, create: refuse('create'), update: refuse('update'), metadataOnly: () => metadataResource(context, type) }
}

function selected(selection: Selection): Query {
  const { labelSelector, fieldSelector, shardSelector } = selection
  return { labelSelector, fieldSelector, shardSelector }
}

function paged(options: ListOptions): Query {
  const { limit, resourceVersion, resourceVersionMatch } = options
  return { limit, continue: options.continue, resourceVersion, resourceVersionMatch }
}

function watched(options: WatchOptions): Query {
  return {
    watch: true,
    ...selected(options),
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
    sendInitialEvents: options.sendInitialEvents,
    allowWatchBookmarks: options.allowWatchBookmarks,
    timeoutSeconds: options.timeoutSeconds,
  }
}

function deleteBody(options: DeleteOptions): object {
  const { dryRun, gracePeriodSeconds, propagationPolicy, preconditions } = options
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(dryRun && { dryRun: ['All'] }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(preconditions !== undefined && { preconditions }),
  }
}
