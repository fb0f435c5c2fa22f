import type { Client, Patch, Resource, Selection } from '@kubewright/client'
import {
  applyJsonPatch,
  applyMergePatch,
  type DynamicObject,
  describeKind,
  type Kind,
  type KubeObject,
  matchesLabels,
  objectKey,
  parseLabelSelector,
  type ResourceType,
} from '@kubewright/core'
import { apiError, type FakeServer } from './fake-server.ts'

type Mutable = { -readonly [K in keyof KubeObject['metadata']]: KubeObject['metadata'][K] }

/** A client of a {@link FakeServer}: what the runtime uses of the contract, and nothing else. */
export function fakeClient(server: FakeServer): Client {
  const unused = () => {
    throw new Error('the fake client does not do this')
  }
  const client: Client = {
    server: 'https://fake',
    namespace: 'default',
    inCluster: false,
    async resource<T extends KubeObject>(kind: Kind<T>) {
      server.received({ verb: 'discover', kind: describeKind(kind) })
      const type = server.kindNamed(describeKind(kind))
      if (type === undefined)
        throw Object.assign(new Error(`the server does not serve ${describeKind(kind)}`), { name: 'KindNotFoundError' })
      return fakeResource<T>(server, type as unknown as ResourceType<T>)
    },
    discovery: { find: unused, all: unused, failures: () => [], invalidate: () => {} },
    async request<R>(method: string, path: string): Promise<R> {
      if (method !== 'GET' || path !== '/readyz') return unused()
      server.received({ verb: 'probe', kind: path })
      return 'ok' as R
    },
    impersonate: () => client,
    close: () => Promise.resolve(),
  }
  return client
}

function fakeResource<T extends KubeObject>(server: FakeServer, type: ResourceType<T>): Resource<T> {
  const kind = describeKind(type)
  const keyOf = ({ name, namespace }: { name: string; namespace?: string | undefined }) => (namespace ? `${namespace}/${name}` : name)
  const existing = (name: { name: string; namespace?: string | undefined }) => {
    const found = server.find(kind, keyOf(name))
    if (found === undefined) throw apiError(404, 'NotFound', `${type.plural} "${name.name}" not found`)
    return found
  }
  const put = (object: KubeObject) => server.put(type, object as DynamicObject)
  const checkLock = (before: DynamicObject, body: Partial<KubeObject>) => {
    const { resourceVersion, uid } = body.metadata ?? {}
    const stale = resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion
    if (stale || (uid !== undefined && uid !== before.metadata.uid)) throw apiError(409, 'Conflict', 'the object has been modified')
  }
  const patched = (before: DynamicObject, patch: Patch): DynamicObject => {
    if (patch.type === 'json') return applyJsonPatch(before, patch.body) as DynamicObject
    return applyMergePatch(before, patch.body) as DynamicObject
  }
  return {
    type,
    async get(name) {
      server.received({ verb: 'get', kind, name: name.name })
      return existing(name) as unknown as T
    },
    async list(options = {}) {
      server.received({ verb: 'list', kind, options })
      const all = server.objects(kind).filter(wantedBy(options))
      const from = Number(options.continue ?? 0)
      const limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, server.pageSize)
      const more = options.limit !== undefined && from + limit < all.length
      const items = (options.limit === undefined ? all : all.slice(from, from + limit)) as unknown as T[]
      return { items, metadata: { resourceVersion: server.revision, ...(more ? { continue: String(from + limit) } : {}) } }
    },
    items: () => {
      throw new Error('the fake client does not do this')
    },
    async create(object, options = {}) {
      server.received({ verb: 'create', kind, name: object.metadata.name, options: object })
      const namespace = object.metadata.namespace ?? options.namespace
      if (server.find(kind, objectKey(object)) !== undefined) throw apiError(409, 'AlreadyExists')
      return put({ ...object, metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) } }) as unknown as T
    },
    async update(object) {
      server.received({ verb: 'update', kind, name: object.metadata.name, options: object })
      checkLock(existing({ name: object.metadata.name!, namespace: object.metadata.namespace }), object)
      return put(object) as unknown as T
    },
    async patch(name, patch, options = {}) {
      server.received({ verb: 'patch', kind, name: name.name, options: { patch, subresource: options.subresource } })
      if (patch.type === 'apply' && server.find(kind, keyOf(name)) === undefined) return put(patch.body as KubeObject) as unknown as T
      const before = existing(name)
      checkLock(before, patch.body as Partial<KubeObject>)
      const after = patched(before, patch)
      if (options.subresource === 'status') return put({ ...before, status: after['status'] } as KubeObject) as unknown as T
      return put({
        ...after,
        ...('status' in before ? { status: before['status'] } : {}),
        metadata: after.metadata as Mutable,
      } as KubeObject) as unknown as T
    },
    async delete(name) {
      server.received({ verb: 'delete', kind, name: name.name })
      existing(name)
      server.remove(type, keyOf(name))
      return { gone: true }
    },
    deleteCollection: () => Promise.reject(new Error('the fake client does not do this')),
    getScale: () => Promise.reject(new Error('the fake client does not do this')),
    setReplicas: () => Promise.reject(new Error('the fake client does not do this')),
    async *watch(options = {}) {
      server.received({ verb: 'watch', kind, options })
      const watch = server.open(kind, options.resourceVersion ?? '', wantedBy(options))
      const onBytes = options.onBytes ?? (() => {})
      onBytes(0)
      yield* watch.events(options.signal, onBytes)
    },
    metadataOnly: () => metadataOnly(fakeResource(server, type)),
  }
}

function metadataOnly(resource: Resource<KubeObject>): Resource<KubeObject> {
  const reduce = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({
    ...(apiVersion ? { apiVersion } : {}),
    ...(kind ? { kind } : {}),
    metadata,
  })
  return {
    ...resource,
    async list(options) {
      const list = await resource.list(options)
      return { ...list, items: list.items.map(reduce) }
    },
    async *watch(options) {
      for await (const event of resource.watch(options)) yield event.type === 'ERROR' ? event : { ...event, object: reduce(event.object) }
    },
  }
}

function wantedBy({ namespace, labelSelector }: Selection): (object: KubeObject) => boolean {
  const selector = labelSelector ? parseLabelSelector(labelSelector) : []
  return ({ metadata }) => (!namespace || metadata.namespace === namespace) && matchesLabels(selector, metadata.labels)
}
