import { ApiError, type Client, KindNotFoundError, type KubeObject } from 'kubewright'
import { beforeEach, expect, test } from 'vitest'
import { pack } from '../backup/archive.ts'
import { BACKUP_KEY, type BackupRecord, metadataOf, type StoredPart, storedPart } from '../backup/record.ts'
import { type RestoreOptions, restore } from './restore.ts'
import { clusterSource } from './source.ts'

const NAMESPACED = new Map([
  ['ConfigMap', true],
  ['Secret', true],
  ['ClusterRole', false],
])

/** A server that keeps what it is given; `refuses` says what it does not take. */
class FakeServer {
  readonly objects = new Map<string, KubeObject>()
  readonly written: string[] = []
  refuses: (object: KubeObject, dryRun: boolean) => Error | undefined = () => undefined
  #uids = 0

  readonly client = {
    resource: ({ kind, ...rest }: { readonly kind: string; readonly group: string; readonly version: string }) => {
      const namespaced = NAMESPACED.get(kind)
      if (namespaced === undefined) return Promise.reject(new KindNotFoundError({ kind, ...rest }, 'https://fake'))
      const resource = {
        type: { kind, ...rest, namespaced },
        metadataOnly: () => resource,
        get: ({ name, namespace }: { name: string; namespace?: string }) => {
          const found = this.objects.get(keyOf(kind, namespace, name))
          return found === undefined ? Promise.reject(failure(404, 'NotFound', `${name} not found`)) : Promise.resolve(found)
        },
        create: (object: KubeObject, { dryRun = false }) => this.#write(kind, object, dryRun),
        update: (object: KubeObject, { dryRun = false }) => this.#write(kind, object, dryRun),
      }
      return Promise.resolve(resource)
    },
  } as unknown as Client

  async #write(kind: string, object: KubeObject, dryRun: boolean): Promise<KubeObject> {
    const error = this.refuses(object, dryRun)
    if (error !== undefined) throw error
    const stored = { ...object, metadata: { uid: `new-${++this.#uids}`, ...object.metadata } }
    if (dryRun) return stored
    this.written.push(object.metadata.name ?? '')
    this.objects.set(keyOf(kind, object.metadata.namespace, object.metadata.name ?? ''), stored)
    return stored
  }
}

const keyOf = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace ?? ''}/${name}`
const failure = (code: number, reason: string, message: string) => new ApiError({ status: 'Failure', code, reason, message })

let server: FakeServer
beforeEach(() => {
  server = new FakeServer()
})

/** A backup in the server, as the operator writes it; `record` and `content` may lie. */
function keep(
  object: KubeObject,
  { store = 'team', content = object, record = {} }: { store?: string; content?: KubeObject; record?: Partial<BackupRecord> } = {},
): StoredPart {
  const { parts, sha256 } = pack(content)
  const { name = '', namespace, uid = '' } = object.metadata
  const full: BackupRecord = {
    apiVersion: object.apiVersion ?? '',
    kind: object.kind ?? '',
    ...(namespace !== undefined && { namespace }),
    name,
    uid,
    resourceVersion: '1',
    policy: 'team/p',
    policyUid: 'p',
    takenAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-02-01T00:00:00Z',
    part: 0,
    parts: 1,
    sha256,
    ...record,
  }
  const metadata = { ...metadataOf(full), namespace: store, uid: `backup-${uid}` }
  const secret = { metadata, data: { [BACKUP_KEY]: parts[0]!.toString('base64') } }
  server.objects.set(keyOf('Secret', store, metadata.name), secret as KubeObject)
  return storedPart('Secret', { metadata })!
}

const configMap = (name: string, owners: readonly string[] = [], metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'team',
    uid: `uid-${name}`,
    ...(owners.length > 0 && {
      ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: `uid-${owner}` })),
    }),
    ...metadata,
  },
})

const PLAIN: RestoreOptions = { dryRun: false, replace: false, runAgain: false }
async function restored(backups: readonly StoredPart[], options: Partial<RestoreOptions> = {}) {
  const outcomes = await restore(
    server.client,
    clusterSource(server.client),
    backups,
    { ...PLAIN, ...options },
    new AbortController().signal,
  )
  return Object.fromEntries(outcomes.map((outcome) => [outcome.backup.record.name, outcome.is === 'failed' ? outcome.why : outcome.is]))
}

test('what the server would not take is known before anything is written, and the rest is restored', async () => {
  const order: string[] = []
  server.refuses = ({ metadata }, dryRun) => {
    order.push(`${dryRun ? 'tried' : 'wrote'} ${metadata.name}`)
    return metadata.name === 'b' ? failure(422, 'Invalid', 'b is no good') : undefined
  }
  expect(await restored([keep(configMap('a')), keep(configMap('b')), keep(configMap('c'))])).toEqual({
    a: 'restored',
    b: 'b is no good',
    c: 'restored',
  })
  expect(order).toEqual(['tried a', 'tried b', 'tried c', 'wrote a', 'wrote c'])
})

test('a dry run writes nothing', async () => {
  expect(await restored([keep(configMap('a'))], { dryRun: true })).toEqual({ a: 'restorable' })
  expect(server.written).toEqual([])
})

test('what is owned by something that could not be restored is not restored without it', async () => {
  server.refuses = ({ metadata }) => (metadata.name === 'owner' ? failure(403, 'Forbidden', 'no') : undefined)
  const backups = [keep(configMap('grandchild', ['child'])), keep(configMap('child', ['owner'])), keep(configMap('owner'))]
  expect(await restored(backups)).toEqual({
    owner: 'no',
    child: 'its owner ConfigMap "owner" was not restored',
    grandchild: 'its owner ConfigMap "child" was not restored',
  })
  expect(server.written).toEqual([])
})

test('an owner that fails after the dry run takes along what it owns', async () => {
  server.refuses = ({ metadata }, dryRun) => (metadata.name === 'owner' && !dryRun ? failure(409, 'Conflict', 'late') : undefined)
  expect(await restored([keep(configMap('child', ['owner'])), keep(configMap('owner'))])).toEqual({
    owner: 'late',
    child: 'its owner ConfigMap "owner" was not restored',
  })
})

test('owners are restored first, whatever the order, and their new uids are named', async () => {
  await restored([keep(configMap('grandchild', ['child'])), keep(configMap('child', ['owner'])), keep(configMap('owner'))])
  expect(server.written).toEqual(['owner', 'child', 'grandchild'])
  const of = (name: string) => server.objects.get(keyOf('ConfigMap', 'team', name))!.metadata
  expect(of('grandchild').ownerReferences).toMatchObject([{ uid: of('child').uid }])
  expect(of('child').ownerReferences).toMatchObject([{ uid: of('owner').uid }])
})

test.each<[string, () => StoredPart, Partial<RestoreOptions>, RegExp]>([
  [
    'of another namespace than it lies in',
    () => keep(configMap('a', [], { namespace: 'kube-system' })),
    {},
    /it was of namespace "kube-system", and whoever may write in namespace "team" can have made this backup/,
  ],
  [
    'of no namespace',
    () => keep({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'a', uid: 'u' } }),
    {},
    /it was of no namespace/,
  ],
  [
    'that holds another object than it says',
    () => keep(configMap('a'), { content: configMap('b') }),
    {},
    /holds another object than it says/,
  ],
  ['whose content was changed', () => keep(configMap('a'), { record: { sha256: 'b'.repeat(64) } }), {}, /checksum/],
  ['of which a part is gone', () => keep(configMap('a'), { record: { parts: 2 } }), {}, /part 2 of 2, Secret ".*-1", is gone/],
  ['of a kind that is gone', () => keep({ ...configMap('a'), apiVersion: 'example.dev/v1', kind: 'Gone' }), {}, /Gone/],
  [
    'of no namespace, into one',
    () => keep({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'a', uid: 'u' } }, { store: 'home' }),
    { backupNamespace: 'home', namespaceTo: 'other' },
    /leave out --namespace-to/,
  ],
])('S13: a backup %s is not restored, and it is said why', async (_, backup, options, why) => {
  expect(Object.values(await restored([backup()], options))).toEqual([expect.stringMatching(why)])
  expect(server.written).toEqual([])
})

test('from the namespace that is said to be the operator’s everything is restored', async () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'role', uid: 'r' } }
  const backups = [keep(configMap('a'), { store: 'home' }), keep(role, { store: 'home' })]
  expect(await restored(backups, { backupNamespace: 'home' })).toEqual({ a: 'restored', role: 'restored' })
})

test('what is being deleted is not replaced: it would go all the same', async () => {
  const backup = keep(configMap('a'))
  server.objects.set(keyOf('ConfigMap', 'team', 'a'), configMap('a', [], { deletionTimestamp: '2026-01-01T00:00:00Z' }))
  expect(await restored([backup], { replace: true })).toEqual({ a: expect.stringContaining('is being deleted') as unknown })
})

test('whoever interrupts it between two objects finds the first restored, and no other', async () => {
  const stop = new AbortController()
  server.refuses = ({ metadata }, dryRun) => {
    if (metadata.name === 'a' && !dryRun) stop.abort(new Error('interrupted'))
    return undefined
  }
  await expect(
    restore(server.client, clusterSource(server.client), [keep(configMap('a')), keep(configMap('b'))], PLAIN, stop.signal),
  ).rejects.toThrow('interrupted')
  expect(server.written).toEqual(['a'])
})
