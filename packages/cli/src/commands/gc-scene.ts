import { type Client, connect, isKindNotFound } from '@kubewright/client'
import { apiVersionOf, isApiError, isNotFound, type KubeObject, messageOf, parseTime } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import {
  type Candidate,
  clusterScene,
  defaultsOf,
  GarbageCollectionStop,
  type GcConfig,
  manifestScene,
  type Policy,
  type PolicyDefaults,
  type Scene,
} from '@kubewright/operator-gc/tools'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { ClusterFlags } from './gc.ts'
import { type ManifestDocument, readManifests } from './manifest-files.ts'
import { unknownFields } from './unknown-fields.ts'

export interface SceneFlags extends ClusterFlags {
  readonly from?: readonly string[]
  readonly filename?: readonly string[]
  readonly namespace?: string
  readonly protectedNamespaces?: string
  readonly allowedKinds?: string
  readonly backupNamespace?: string
  readonly backupS3Bucket?: string
  readonly at?: string
}

/** Where policies are tried out, and which. */
export interface GcScene {
  readonly scene: Scene
  readonly now: number
  readonly namespace: string
  readonly candidates: readonly Candidate[]
  readonly defaults: PolicyDefaults
  /** What the reader has to know of the whole. */
  readonly notes: readonly string[]
  /** Of a cluster. */
  readonly client: Client | undefined
}

const KINDS = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy] as const

/** Opens the cluster, or reads the manifests, and hands both with the policies to `use`. @throws UsageError */
export async function withScene<T>(flags: SceneFlags, terminal: Terminal, use: (opened: GcScene) => Promise<T>): Promise<T> {
  const now = momentOf(flags.at)
  const named = flags.filename === undefined ? [] : await readManifests(flags.filename)
  const defaults = defaultsFrom(flags)
  if (flags.from !== undefined) {
    if (flags.kubeconfig !== undefined || flags.context !== undefined)
      throw new UsageError('--from and a cluster (--kubeconfig, --context) exclude each other')
    const namespace = flags.namespace ?? 'default'
    const objects = (await readManifests(flags.from)).map((document) => objectOf(document))
    const planned = policiesIn(named, namespace)
    const present = objects.filter(isPolicy).map((object) => parsePolicy(object, namespace, flags.from!.join(', ')))
    const notes = objects.some(({ metadata }) => metadata.creationTimestamp === undefined)
      ? ['manifests without a creationTimestamp count as created at the time of the plan']
      : []
    const scene = manifestScene(flags.from.join(', '), objects, now)
    return use({ scene, now, namespace, defaults, notes, client: undefined, candidates: candidatesOf(planned, present) })
  }
  const client = await connect({
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    ...(flags.context !== undefined && { context: flags.context }),
  })
  try {
    const namespace = flags.namespace ?? client.namespace
    const planned = policiesIn(named, namespace)
    const notes: string[] = []
    const installed = await installedPolicies(client, terminal.signal, notes)
    const scene = clusterScene(client, terminal.signal)
    return await use({ scene, now, namespace, defaults, notes, client, candidates: candidatesOf(planned, installed) })
  } finally {
    await client.close()
  }
}

/** What is named replaces what is there under the same name. Nothing named: what is there is what is asked about. */
function candidatesOf(planned: readonly Policy[], present: readonly Policy[]): readonly Candidate[] {
  const role = planned.length === 0 ? 'planned' : 'installed'
  const keyOf = ({ kind, metadata }: Policy) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`
  const named = new Set(planned.map(keyOf))
  return [
    ...planned.map((policy) => ({ policy, role: 'planned' as const })),
    ...present.filter((policy) => !named.has(keyOf(policy))).map((policy) => ({ policy, role }) as const),
  ]
}

async function installedPolicies(client: Client, signal: AbortSignal, notes: string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = []
  try {
    for (const kind of KINDS)
      for await (const object of (await client.resource(kind, { signal })).items({ signal }))
        keepReadable({ ...object, apiVersion: apiVersionOf(kind), kind: kind.kind } as KubeObject, policies, notes)
    for await (const { metadata, spec } of (await client.resource(GarbageCollectionStop, { signal })).items({ signal }))
      notes.push(
        `all deletions are stopped by GarbageCollectionStop "${metadata.name}"${spec.reason === undefined ? '' : `: ${spec.reason}`}`,
      )
  } catch (error) {
    signal.throwIfAborted()
    // A cluster without the operator has none; whose policies cannot be read has to be told, for they may keep objects.
    if (isKindNotFound(error) || isNotFound(error)) return policies
    if (!isApiError(error)) throw error
    notes.push(`the policies of the cluster cannot all be read, so what they keep is not seen: ${messageOf(error)}`)
  }
  return policies
}

/** One that an older schema let in does nothing in the operator either. */
function keepReadable(object: KubeObject, policies: Policy[], notes: string[]): void {
  try {
    policies.push(parsePolicy(object, '', 'the cluster'))
  } catch (error) {
    notes.push(`a policy of the cluster does nothing: ${messageOf(error)}`)
  }
}

function policiesIn(documents: readonly ManifestDocument[], namespace: string): readonly Policy[] {
  const policies = documents.flatMap((document) => {
    const object = objectOf(document)
    if (!isPolicy(object)) return []
    refuseUnknownFields(object, document.origin)
    return [parsePolicy(object, namespace, document.origin)]
  })
  if (documents.length > 0 && policies.length === 0)
    throw new UsageError(
      `${documents[0]!.origin} has no GarbageCollectionPolicy of ${apiVersionOf(GarbageCollectionPolicy)} in it; kubewright import converts those of other programs`,
    )
  return policies
}

/** Before it is parsed: what is missing is often what was misspelt. */
function refuseUnknownFields(object: KubeObject, origin: string): void {
  const { schema } = object.kind === ClusterGarbageCollectionPolicy.kind ? ClusterGarbageCollectionPolicy : GarbageCollectionPolicy
  const problems = unknownFields(schema, object)
  if (problems.length > 0) throw new UsageError(`${origin}: ${object.kind} "${object.metadata.name}" is invalid: ${problems.join('; ')}`)
}

function parsePolicy(object: KubeObject, namespace: string, origin: string): Policy {
  try {
    if (object.kind === ClusterGarbageCollectionPolicy.kind) return ClusterGarbageCollectionPolicy.parse(object)
    return GarbageCollectionPolicy.parse({ ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } })
  } catch (error) {
    throw new UsageError(`${origin}: ${messageOf(error)}`, { cause: error })
  }
}

const isPolicy = ({ apiVersion, kind }: KubeObject) => KINDS.some((each) => apiVersionOf(each) === apiVersion && each.kind === kind)

export function objectOf({ origin, value }: ManifestDocument): KubeObject {
  const { apiVersion, kind, metadata } = value as {
    readonly apiVersion?: unknown
    readonly kind?: unknown
    readonly metadata?: { readonly name?: unknown }
  }
  if (typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string') return value as KubeObject
  throw new UsageError(`${origin} is no Kubernetes object: it needs apiVersion, kind and metadata.name`)
}

function defaultsFrom({ protectedNamespaces, allowedKinds, backupNamespace, backupS3Bucket }: SceneFlags): PolicyDefaults {
  const settings = {
    protectedNamespaces: listOf(protectedNamespaces),
    allowedKinds: listOf(allowedKinds),
    ...(backupNamespace !== undefined && { backupNamespace }),
    ...(backupS3Bucket !== undefined && { backupS3Bucket }),
  }
  const { success, data, error } = gc.config.safeParse(settings)
  if (success) return defaultsOf(data as GcConfig)
  const wrong = error.issues.map(({ path, message }) => `${flagOf(String(path[0]))}: ${message}`)
  throw new UsageError(wrong.join('; '))
}

/** As it is written on a command line. */
export const flagOf = (setting: string) => `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
const listOf = (text = '') => text.split(',').filter((item) => item !== '')

export function momentOf(text: string | undefined, flag = '--at'): number {
  if (text === undefined) return Date.now()
  const time = parseTime(text)
  if (time === undefined) throw new UsageError(`${flag}: "${text}" is no RFC 3339 time such as 2026-01-31T12:00:00Z`)
  return time
}
