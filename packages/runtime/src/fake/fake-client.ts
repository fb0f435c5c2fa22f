import type { Client, Patch, Resource, Selection } from '@kubewright/client'
import {
  applyJsonPatch,
  applyMergePatch,
  type DynamicObject,
  describeKind,
  isJsonPatchError,
  type JsonPatchOperation,
  type Kind,
  type KubeObject,
  matchesLabels,
  objectKey,
  parseLabelSelector,
  type ResourceType,
} from '@kubewright/core'
import { serverHash } from '../sharding/hash-ranges.ts'
import { applied } from './fake-apply.ts'
import { apiError, type FakeServer } from './fake-server.ts'

type Mutable = { -readonly [K in keyof KubeObject['metadata']]: KubeObject['metadata'][K] }

/**
 * A client of a {@link FakeServer}: what the runtime uses of the contract, and nothing else. `gate` is asked before every request, and what it throws
 * is the answer: for a program whose network is gone while others' is not.
 */
export function fakeClient(all: FakeServer, gate: () => void = () => {}): Client {
  const server = gated(all, gate)
  const unused = () => {
    throw new Error('the fake client does not do this')
  }
  const resources = new WeakMap<object, Resource<KubeObject>>()
  const client: Client = {
    server: 'https://fake',
    namespace: 'default',
    inCluster: false,
    async resource<T extends KubeObject>(kind: Kind<T>) {
      server.received({ verb: 'discover', kind: describeKind(kind) })
      const type = server.kindNamed(describeKind(kind))
      if (type === undefined)
        throw Object.assign(new Error(`the server does not serve ${describeKind(kind)}`), { name: 'KindNotFoundError' })
      const made = (resources.get(type) as Resource<T> | undefined) ?? fakeResource<T>(server, type as unknown as ResourceType<T>)
      resources.set(type, made as unknown as Resource<KubeObject>)
      return made
    },
    discovery: { find: async (kind) => server.discovered(kind), all: unused, failures: () => [], invalidate: () => {} },
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

function gated(server: FakeServer, gate: () => void): FakeServer {
  return new Proxy(server, {
    get(target, property) {
      if (property === 'received') gate()
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function jsonPatched(before: DynamicObject, operations: readonly JsonPatchOperation[]): DynamicObject {
  try {
    return applyJsonPatch(before, operations) as DynamicObject
  } catch (error) {
    if (!isJsonPatchError(error)) throw error
    throw apiError(422, 'Invalid', 'the server rejected our request due to an error in our request')
  }
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
    if (patch.type === 'json') return jsonPatched(before, patch.body)
    return applyMergePatch(before, patch.body) as DynamicObject
  }
  const resource: Resource<T> = {
    type,
    async get(name) {
      server.received({ verb: 'get', kind, name: name.name })
      return existing(name) as unknown as T
    },
    async list(options = {}) {
      server.received({ verb: 'list', kind, options })
      return server.page<T>(kind, options, wantedBy(server, options))
    },
    async *listParts(options) {
      const { items, metadata } = await resource.list(options)
      for (const object of items) yield { type: 'ITEM', object, bytes: server.bytesOf(object) }
      yield { type: 'END', metadata }
    },
    items: () => {
      throw new Error('the fake client does not do this')
    },
    async create(object, options = {}) {
      options.beforeSend?.()
      server.received({ verb: 'create', kind, name: object.metadata.name, options: object })
      const namespace = object.metadata.namespace ?? options.namespace
      if (server.find(kind, objectKey(object)) !== undefined) throw apiError(409, 'AlreadyExists')
      return put({ ...object, metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) } }) as unknown as T
    },
    async update(object, options = {}) {
      options.beforeSend?.()
      server.received({ verb: 'update', kind, name: object.metadata.name, options: object })
      checkLock(existing({ name: object.metadata.name!, namespace: object.metadata.namespace }), object)
      return put(object) as unknown as T
    },
    async patch(name, patch, options = {}) {
      options.beforeSend?.()
      server.received({ verb: 'patch', kind, name: name.name, options: { patch, subresource: options.subresource } })
      const { subresource, fieldManager = 'fake' } = options
      const found = server.find(kind, keyOf(name))
      if (patch.type === 'apply' && (found !== undefined || subresource === undefined))
        return put(applied(found, patch.body as KubeObject, fieldManager, subresource)) as unknown as T
      const before = existing(name)
      checkLock(before, patch.body as Partial<KubeObject>)
      const after = patched(before, patch)
      if (subresource === 'status' && server.withoutStatus.has(kind))
        throw apiError(404, 'NotFound', 'the server could not find the requested resource')
      if (subresource === 'status') return put({ ...before, status: after['status'] } as KubeObject) as unknown as T
      return put({
        ...after,
        ...('status' in before ? { status: before['status'] } : {}),
        metadata: after.metadata as Mutable,
      } as KubeObject) as unknown as T
    },
    async delete(name, options = {}) {
      options.beforeSend?.()
      server.received({ verb: 'delete', kind, name: name.name, options })
      checkLock(existing(name), { metadata: options.preconditions ?? {} })
      const before = existing(name)
      server.remove(type, keyOf(name))
      const after = server.find(kind, keyOf(name))
      if (after !== undefined) return { gone: false, object: after as unknown as T }
      if (server.showsWhatIsGone) return { gone: true, object: before as unknown as T }
      const details = { name: name.name, kind: type.plural, uid: before.metadata.uid! }
      return { gone: true, status: { kind: 'Status', status: 'Success', details } }
    },
    deleteCollection: () => Promise.reject(new Error('the fake client does not do this')),
    getScale: () => Promise.reject(new Error('the fake client does not do this')),
    setReplicas: () => Promise.reject(new Error('the fake client does not do this')),
    async *watch(options = {}) {
      if (options.sendInitialEvents && server.streamingLists === 'refused') throw apiError(422, 'Invalid', 'sendInitialEvents: Forbidden')
      server.received({ verb: 'watch', kind, options })
      const watch = server.open(kind, options, wantedBy(server, options))
      const onBytes = options.onBytes ?? (() => {})
      onBytes(0)
      yield* watch.events(options.signal, onBytes)
    },
    metadataOnly: () => metadataOnly(fakeResource(server, type)),
  }
  return resource
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
    async *listParts(options) {
      for await (const part of resource.listParts(options)) yield part.type === 'ITEM' ? { ...part, object: reduce(part.object) } : part
    },
    async *watch(options) {
      for await (const event of resource.watch(options)) yield event.type === 'ERROR' ? event : { ...event, object: reduce(event.object) }
    },
  }
}

function wantedBy(server: FakeServer, { namespace, labelSelector, shardSelector }: Selection): (object: KubeObject) => boolean {
  const isInShard = server.servesShards ? shardOf(shardSelector) : () => true
  const selector = labelSelector ? parseLabelSelector(labelSelector) : []
  return ({ metadata }) =>
    (!namespace || metadata.namespace === namespace) && matchesLabels(selector, metadata.labels) && isInShard(metadata.namespace ?? '')
}

function shardOf(selector: string | undefined): (namespace: string) => boolean {
  if (selector === undefined) return () => true
  const ranges = selector.split(' || ').map((range) => {
    const [, from = '', to = ''] =
      /^shardRange\(object\.metadata\.namespace, '(0x[0-9a-f]{16,17})', '(0x[0-9a-f]{16,17})'\)$/.exec(range) ?? []
    if (from === '') throw apiError(500, 'InternalError', `invalid shard selector ${range}`)
    return { from: BigInt(from), to: BigInt(to) }
  })
  return (namespace) => ranges.some(({ from, to }) => serverHash(namespace) >= from && serverHash(namespace) < to)
}
