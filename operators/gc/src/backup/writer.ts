import {
  type Client,
  type Clock,
  ConfigMap,
  escapeFieldValue,
  formatTime,
  isAlreadyExists,
  type KubeObject,
  type Reachability,
  type Resource,
  Secret,
} from 'kubewright'
import type { Answer } from '../deletion/answer.ts'
import type { Policy } from '../kinds/policies.ts'
import { type BackupPlan, backupNamespaceOf, NOWHERE_TO_KEEP } from '../policy/backup-plan.ts'
import { policyRef, type ReadyPolicy } from '../policy/policy.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import { pack } from './archive.ts'
import { AuthorGrant } from './author-grant.ts'
import { answerOfFailedBackup } from './failure.ts'
import { BACKUP_KEY, BACKUP_TYPE, type BackupRecord, metadataOf } from './record.ts'

export interface BackupWriterEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
}

/** What is about to be deleted, and why. */
export interface Doomed {
  readonly policy: Policy
  readonly ready: ReadyPolicy
  readonly seen: Sighting
  readonly reason: string | undefined
}

export type Kept =
  /** The policy keeps nothing. */
  | { readonly is: 'unwanted' }
  /** `backup`: `namespace/name` of what it is in; `bytes` of it are the compressed object. */
  | { readonly is: 'kept'; readonly backup: string; readonly bytes: number }
  /** It must not be deleted. */
  | { readonly is: 'failed'; readonly answer: Answer }

const failed = (answer: Answer): Kept => ({ is: 'failed', answer })

/** Keeps objects before they are deleted: one request to read, one to write, for what fits into one Secret or ConfigMap. */
export class BackupWriter {
  readonly #environment: BackupWriterEnvironment
  readonly #grant: AuthorGrant

  constructor(environment: BackupWriterEnvironment) {
    this.#environment = environment
    this.#grant = new AuthorGrant(environment.client, environment.clock)
  }

  /** Every outcome is an answer. What is kept is the very version that the deletion's precondition names. */
  async keep(doomed: Doomed, signal: AbortSignal): Promise<Kept> {
    const plan = doomed.ready.backup
    if (plan === undefined) return { is: 'unwanted' }
    const namespace = backupNamespaceOf(plan, doomed.seen.namespace)
    if (namespace === undefined) return failed({ is: 'refused', message: NOWHERE_TO_KEEP })
    try {
      const kept = await this.#keep(doomed, plan, namespace, signal)
      this.#environment.reachability.succeeded()
      return kept
    } catch (error) {
      if (!signal.aborted) this.#environment.reachability.failed(error)
      return failed(answerOfFailedBackup(error))
    }
  }

  async #keep(doomed: Doomed, plan: BackupPlan, namespace: string, signal: AbortSignal): Promise<Kept> {
    const { ready, seen } = doomed
    const { author } = ready.needs
    const resource = plan.to === 'Secret' ? 'secrets' : 'configmaps'
    if (author !== undefined && !(await this.#grant.allows(author, { verb: 'create', group: '', resource, namespace }, signal))) {
      const message = `not deleted, because ${author.user}, who wrote the policy, may not create ${resource} in namespace "${namespace}" for its backup`
      return failed({ is: 'forbidden', message })
    }
    const object = await this.#read(ready, seen, signal)
    if (object === undefined) return failed({ is: 'already-gone' })
    if (object.metadata.uid !== seen.uid) return failed({ is: 'replaced' })
    if (object.metadata.resourceVersion !== seen.resourceVersion) return failed({ is: 'changed' })

    const { parts, sha256 } = pack(object)
    const record = { ...this.#recordOf(doomed, plan, object), parts: parts.length, sha256 }
    const store = await this.#environment.client.resource<KubeObject>(plan.to === 'Secret' ? Secret : ConfigMap, { signal })
    // The first part last: where it is, all are.
    for (const [part, content] of [...parts.entries()].reverse()) {
      const obstacle = await write(store, namespace, plan.to, { ...record, part }, content, signal)
      if (obstacle !== undefined) return failed({ is: 'denied', message: `not deleted, because its backup failed: ${obstacle}` })
    }
    const bytes = parts.reduce((sum, { length }) => sum + length, 0)
    return { is: 'kept', backup: `${namespace}/${metadataOf({ ...record, part: 0 }).name}`, bytes }
  }

  /** As a list of one: the operator has the right to list its targets in any case, and none to get them. */
  async #read({ target }: ReadyPolicy, { name, namespace }: Sighting, signal: AbortSignal): Promise<KubeObject | undefined> {
    const resource = await this.#environment.client.resource(target.kind, { signal })
    const fieldSelector = `metadata.name=${escapeFieldValue(name)}`
    const { items } = await resource.list({ namespace, fieldSelector, managedFields: false, signal, retry: false })
    const found = items.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
    if (found === undefined) return undefined
    const { managedFields: _, ...metadata } = found.metadata
    const { group, version, kind } = target.kind
    return { ...found, apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata }
  }

  #recordOf({ policy, ready, reason }: Doomed, plan: BackupPlan, object: KubeObject): Omit<BackupRecord, 'part' | 'parts' | 'sha256'> {
    const now = this.#environment.clock.now()
    const { name = '', namespace, uid = '', resourceVersion = '' } = object.metadata
    const { finalizer } = ready.code.steps
    return {
      apiVersion: object.apiVersion ?? '',
      kind: object.kind ?? '',
      ...(namespace !== undefined && { namespace }),
      name,
      uid,
      resourceVersion,
      policy: policyRef(policy),
      policyUid: policy.metadata.uid ?? '',
      ...(reason !== undefined && { reason }),
      takenAt: formatTime(now),
      expiresAt: formatTime(now + plan.keepFor),
      ...(plan.keepLast !== undefined && { keepLast: plan.keepLast }),
      ...(finalizer !== undefined && { finalizer }),
    }
  }
}

/** Writes a part, or finds it written by an earlier try. @returns what stands in its place instead. @throws ApiError, ConnectionError */
async function write(
  store: Resource<KubeObject>,
  namespace: string,
  to: BackupPlan['to'],
  record: BackupRecord,
  content: Buffer,
  signal: AbortSignal,
): Promise<string | undefined> {
  const values = { [BACKUP_KEY]: content.toString('base64') }
  const { name, ...metadata } = metadataOf(record)
  const object = {
    apiVersion: 'v1',
    kind: to,
    metadata: { ...metadata, name, namespace },
    // Nobody can change afterwards what has been kept.
    immutable: true,
    ...(to === 'Secret' ? { type: BACKUP_TYPE, data: values } : { binaryData: values }),
  }
  try {
    await store.create(object, { signal, retry: false })
    return undefined
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  const fieldSelector = `metadata.name=${name}`
  const [there] = (await store.list({ namespace, fieldSelector, signal, retry: false })).items
  const { data, binaryData, immutable } = (there ?? {}) as { readonly [field in 'data' | 'binaryData' | 'immutable']?: unknown }
  const found = ((to === 'Secret' ? data : binaryData) ?? {}) as Readonly<Record<string, string>>
  if (immutable === true && found[BACKUP_KEY] === values[BACKUP_KEY]) return undefined
  return `${to} "${name}" in namespace "${namespace}" is there already and holds something else: look at it, and delete it`
}
