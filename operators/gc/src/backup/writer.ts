import { type Client, type Clock, escapeFieldValue, formatTime, type KubeObject, type Reachability } from 'kubewright'
import type { BackupBucket } from '../bucket/bucket.ts'
import { answerOfBucketError } from '../bucket/failure.ts'
import { keepInBucket } from '../bucket/keeping.ts'
import type { Answer } from '../deletion/answer.ts'
import type { Policy } from '../kinds/policies.ts'
import { type BackupPlace, type BackupPlan, backupPlaceOf } from '../policy/backup-plan.ts'
import { policyRef, type ReadyPolicy } from '../policy/policy.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import { AuthorGrant } from './author-grant.ts'
import { keepInCluster } from './cluster-keeping.ts'
import { answerOfFailedBackup } from './failure.ts'
import type { BackupRecord } from './record.ts'

export interface BackupWriterEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
  /** The operator's; absent when it has none. */
  readonly bucket?: BackupBucket | undefined
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
  /** `backup`: `namespace/name` of what it is in, or its address in the bucket; `bytes` of it are the compressed object. */
  | { readonly is: 'kept'; readonly backup: string; readonly bytes: number }
  /** It must not be deleted. */
  | { readonly is: 'failed'; readonly answer: Answer }

const failed = (answer: Answer): Kept => ({ is: 'failed', answer })

/** What is known of a backup before the object is packed. */
export type Recorded = Omit<BackupRecord, 'part' | 'parts' | 'sha256'>

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
    const place = backupPlaceOf(plan, doomed.seen.namespace)
    if (place.to === 'nowhere') return failed({ is: 'refused', message: `not deleted, because ${place.why}` })
    try {
      const object = await this.#granted(doomed, place, signal)
      this.#environment.reachability.succeeded()
      if ('answer' in object) return failed(object.answer)
      return await this.#keep(this.#recordOf(doomed, plan, object.found), object.found, plan, place, signal)
    } catch (error) {
      if (!signal.aborted) this.#environment.reachability.failed(error)
      return failed(answerOfFailedBackup(error))
    }
  }

  /** The object as it is to be kept, when its author may have it kept there. @throws ApiError, ConnectionError */
  async #granted(
    { ready, seen }: Doomed,
    place: BackupPlace,
    signal: AbortSignal,
  ): Promise<{ readonly found: KubeObject } | { readonly answer: Answer }> {
    const { author } = ready.needs
    if (author !== undefined && place.to !== 'S3') {
      const { namespace } = place
      const resource = place.to === 'Secret' ? 'secrets' : 'configmaps'
      if (!(await this.#grant.allows(author, { verb: 'create', group: '', resource, namespace }, signal))) {
        const message = `not deleted, because ${author.user}, who wrote the policy, may not create ${resource} in namespace "${namespace}" for its backup`
        return { answer: { is: 'forbidden', message } }
      }
    }
    const found = await this.#read(ready, seen, signal)
    if (found === undefined) return { answer: { is: 'already-gone' } }
    if (found.metadata.uid !== seen.uid) return { answer: { is: 'replaced' } }
    if (found.metadata.resourceVersion !== seen.resourceVersion) return { answer: { is: 'changed' } }
    return { found }
  }

  /** @throws ApiError, ConnectionError */
  async #keep(record: Recorded, object: KubeObject, { keepFor }: BackupPlan, place: BackupPlace, signal: AbortSignal): Promise<Kept> {
    const { client, bucket } = this.#environment
    if (place.to !== 'S3') return keepInCluster(client, place, record, object, signal)
    if (bucket === undefined) throw new Error(`the bucket ${place.bucket} is not open`)
    try {
      return await keepInBucket(bucket, keepFor, record, object, signal)
    } catch (error) {
      return failed(answerOfBucketError(error, bucket.place))
    }
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

  #recordOf({ policy, ready, reason }: Doomed, plan: BackupPlan, object: KubeObject): Recorded {
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
