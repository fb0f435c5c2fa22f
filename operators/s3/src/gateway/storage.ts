import type { S3Client } from '@aws-sdk/client-s3'
import type { Clock } from 'kubewright'
import type { Compliance } from '../canonical/compliance.ts'
import type { ProviderSpec } from '../kinds/provider.ts'
import type { Caller } from './caller.ts'
import { Capabilities, type Capability } from './capabilities.ts'
import { complianceIn, getCompliance, putCompliance } from './compliance.ts'
import { isRemoteFailure, RemoteFailure } from './failure.ts'
import type { Sdk } from './sdk.ts'
import { dialectOf, SUBRESOURCES, type Subresource } from './subresource.ts'
import { SUBRESOURCE_COMMANDS } from './subresource-commands.ts'

export type BucketPresence =
  | { readonly is: 'here'; readonly region: string | undefined }
  | { readonly is: 'absent' }
  /** There is one, and these credentials may not look at it: somebody else's, or ours with thin rights. */
  | { readonly is: 'forbidden' }
  | { readonly is: 'elsewhere'; readonly region: string | undefined }

export type Reading =
  | { readonly is: 'set'; readonly value: unknown }
  | { readonly is: 'unset' }
  | { readonly is: 'unsupported'; readonly because: string }

/** A version, a delete marker, or an object of a bucket without versions. */
export interface StoredVersion {
  readonly key: string
  readonly versionId: string | undefined
}

export interface StoredUpload {
  readonly key: string
  readonly uploadId: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly more: boolean
}

export interface Refusal {
  readonly key: string
  readonly code: string
}

/** The buckets of a provider. Every request that could remove something passes the guard with what it is meant for. */
export class Storage {
  readonly #sdk: Sdk['s3']
  readonly #client: S3Client
  readonly #caller: Caller
  readonly #type: ProviderSpec['type']
  readonly #known: Capabilities

  constructor(sdk: Sdk['s3'], client: S3Client, caller: Caller, type: ProviderSpec['type'], clock: Pick<Clock, 'monotonic'>) {
    this.#known = new Capabilities(clock)
    this.#type = type
    this.#sdk = sdk
    this.#client = client
    this.#caller = caller
  }

  /** What has been found out so far. */
  capabilities(): Readonly<Record<string, Capability>> {
    return this.#known.all()
  }

  async listBuckets(signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#caller.call(
      { operation: 'ListBuckets', intent: { does: 'read' }, writes: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.ListBucketsCommand({})), { abortSignal }),
    )
    return (answer.Buckets ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name]))
  }

  /** When a bucket of the account was made, in ms since the epoch; `undefined` where these credentials may not list them, or the list has no such date. */
  async createdAt(bucket: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const answer = await this.#caller.call(
        { operation: 'ListBuckets', intent: { does: 'read' }, writes: false },
        signal,
        // Servers that do not know the prefix answer with all of them.
        (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.ListBucketsCommand({ Prefix: bucket })), { abortSignal }),
      )
      return answer.Buckets?.find(({ Name }) => Name === bucket)?.CreationDate?.getTime()
    } catch (error) {
      if (isRemoteFailure(error, 'Denied', 'Unsupported')) return undefined
      throw error
    }
  }

  async find(bucket: string, signal: AbortSignal): Promise<BucketPresence> {
    try {
      const answer = await this.#caller.call(
        { operation: 'HeadBucket', intent: { does: 'read' }, writes: false },
        signal,
        (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.HeadBucketCommand({ Bucket: bucket })), { abortSignal }),
      )
      return { is: 'here', region: answer.BucketRegion }
    } catch (error) {
      // An answer to HEAD has no body, and so no code.
      if (!isRemoteFailure(error)) throw error
      if (error.status === 404) return { is: 'absent' }
      if (error.status === 403 && error.is === 'Denied') return { is: 'forbidden' }
      if (error.status === 301 || error.status === 307) return { is: 'elsewhere', region: error.region }
      throw error
    }
  }

  /**
   * Sent once: after an answer that is lost it is for the caller to find out whose the bucket is that is there.
   * @param region absent: the server's own, which is how us-east-1 is said on AWS
   */
  async create(
    bucket: string,
    options: { readonly region: string | undefined; readonly objectLock: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { region, objectLock } = options
    const input = {
      Bucket: bucket,
      // An empty one keeps the SDK from putting in the region that requests are signed with, which elsewhere than on AWS need not be one.
      CreateBucketConfiguration: region === undefined ? {} : { LocationConstraint: region as never },
      ...(objectLock && { ObjectLockEnabledForBucket: true }),
    }
    await this.#caller.call(
      { operation: 'CreateBucket', intent: { does: 'create bucket', bucket }, writes: true, repeatable: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.CreateBucketCommand(input)), { abortSignal }),
    )
  }

  async deleteBucket(bucket: string, signal: AbortSignal): Promise<void> {
    await this.#caller.call(
      { operation: 'DeleteBucket', intent: { does: 'delete bucket', bucket }, writes: true },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.DeleteBucketCommand({ Bucket: bucket })), { abortSignal }),
    )
  }

  /** How a setting is. */
  async read(bucket: string, subresource: Subresource, signal: AbortSignal): Promise<Reading> {
    const dialect = dialectOf(subresource)
    // Not even asked for: to all others it is a misspelling.
    if (dialect !== undefined && dialect !== this.#type) {
      this.#known.shown(subresource, 'Unsupported')
      return { is: 'unsupported', because: `only servers of the type ${dialect} have it` }
    }
    if (this.#known.isRefused(subresource)) return { is: 'unsupported', because: 'the server does not take this setting' }
    try {
      const value = await this.#get(bucket, subresource, signal)
      this.#known.shown(subresource, 'Supported')
      return value === undefined ? { is: 'unset' } : { is: 'set', value }
    } catch (error) {
      if (!isRemoteFailure(error)) throw error
      // MinIO answers like this for settings that it cannot store: that they are not set says nothing about whether they could be.
      if ((SUBRESOURCES[subresource].unset as readonly string[]).includes(error.code)) return { is: 'unset' }
      if (error.is !== 'Unsupported') throw error
      this.#known.shown(subresource, 'Unsupported')
      return { is: 'unsupported', because: error.message }
    }
  }

  /** @throws RemoteFailure `Unsupported` when the server does not know the setting: nothing was sent then */
  async write(bucket: string, subresource: Subresource, value: unknown, signal: AbortSignal): Promise<void> {
    const dialect = dialectOf(subresource)
    if (!this.#known.takes(subresource, value) || (dialect !== undefined && dialect !== this.#type)) throw unsupported(subresource)
    try {
      await this.#put(bucket, subresource, value, signal)
      this.#known.shown(subresource, 'Supported')
    } catch (error) {
      const isTakenForCreation = isRemoteFailure(error) && TAKEN_FOR_CREATION.includes(error.code)
      if (isTakenForCreation) this.#known.refused(subresource)
      else if (isRemoteFailure(error, 'Unsupported')) this.#known.refused(subresource, value)
      throw isTakenForCreation ? unsupported(subresource) : error
    }
  }

  /** Removes a setting, if it is set: only a read that has just shown it can tell that the server will not take the request for that of the bucket. */
  async remove(bucket: string, subresource: Subresource, signal: AbortSignal): Promise<void> {
    const reading = await this.read(bucket, subresource, signal)
    if (reading.is === 'unsupported') throw unsupported(subresource)
    if (reading.is === 'unset') return
    const command = subresource === 'compliance' ? undefined : SUBRESOURCE_COMMANDS[subresource].remove?.(this.#sdk, bucket)
    if (command === undefined) throw unsupported(subresource)
    await this.#caller.call(
      { operation: `Delete ${subresource}`, intent: { does: 'remove', bucket, subresource, proven: reading.is === 'set' }, writes: true },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(command), { abortSignal }),
    )
  }

  /** All that is in a bucket, with versions: a page. The first page each time, as what was on it before is gone. */
  async versions(bucket: string, signal: AbortSignal): Promise<Page<StoredVersion>> {
    const answer = await this.#caller.call(
      { operation: 'ListObjectVersions', intent: { does: 'read' }, writes: false },
      signal,
      (guarded, abortSignal) =>
        this.#client.send(guarded(new this.#sdk.ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1000 })), { abortSignal }),
    )
    const items = [...(answer.Versions ?? []), ...(answer.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
      Key === undefined ? [] : [{ key: Key, versionId: VersionId === 'null' || VersionId === undefined ? undefined : VersionId }],
    )
    return { items, more: answer.IsTruncated === true }
  }

  async uploads(bucket: string, signal: AbortSignal): Promise<Page<StoredUpload>> {
    const answer = await this.#caller.call(
      { operation: 'ListMultipartUploads', intent: { does: 'read' }, writes: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.ListMultipartUploadsCommand({ Bucket: bucket })), { abortSignal }),
    )
    const items = (answer.Uploads ?? []).flatMap(({ Key, UploadId }) =>
      Key === undefined || UploadId === undefined ? [] : [{ key: Key, uploadId: UploadId }],
    )
    return { items, more: answer.IsTruncated === true }
  }

  /** @returns what the server would not delete: it says so in an answer of 200 */
  async deleteVersions(
    bucket: string,
    versions: readonly StoredVersion[],
    options: { readonly bypassGovernanceRetention: boolean },
    signal: AbortSignal,
  ): Promise<readonly Refusal[]> {
    const Objects = versions.map(({ key, versionId }) => ({ Key: key, VersionId: versionId ?? 'null' }))
    const input = {
      Bucket: bucket,
      Delete: { Objects, Quiet: true },
      ...(options.bypassGovernanceRetention && { BypassGovernanceRetention: true }),
    }
    const { Errors = [] } = await this.#caller.call(
      { operation: 'DeleteObjects', intent: { does: 'empty bucket', bucket }, writes: true },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.DeleteObjectsCommand(input)), { abortSignal }),
    )
    return Errors.map(({ Key = '', Code = '' }) => ({ key: Key, code: Code }))
  }

  async abortUpload(bucket: string, { key, uploadId }: StoredUpload, signal: AbortSignal): Promise<void> {
    const input = { Bucket: bucket, Key: key, UploadId: uploadId }
    await this.#caller.call(
      { operation: 'AbortMultipartUpload', intent: { does: 'empty bucket', bucket }, writes: true },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.AbortMultipartUploadCommand(input)), { abortSignal }),
    )
  }

  async #get(bucket: string, subresource: Subresource, signal: AbortSignal): Promise<unknown> {
    const bodies: string[] = []
    const isCompliance = subresource === 'compliance'
    const command = isCompliance ? getCompliance(this.#sdk, bucket) : SUBRESOURCE_COMMANDS[subresource].get(this.#sdk, bucket)
    const answer = await this.#caller.call(
      {
        ...{ operation: `Get ${subresource}`, intent: { does: 'read' }, expects: subresource, writes: false },
        ...(isCompliance && { saw: (body: string) => void bodies.push(body) }),
      },
      signal,
      (guarded, abortSignal): Promise<object> => this.#client.send(guarded(command), { abortSignal }),
    )
    return isCompliance ? complianceIn(bodies.at(-1) ?? '') : SUBRESOURCE_COMMANDS[subresource].valueOf(answer)
  }

  async #put(bucket: string, subresource: Subresource, value: unknown, signal: AbortSignal): Promise<void> {
    const command =
      subresource === 'compliance'
        ? putCompliance(this.#sdk, bucket, value as Compliance)
        : SUBRESOURCE_COMMANDS[subresource].put(this.#sdk, bucket, value as never)
    await this.#caller.call(
      { operation: `Put ${subresource}`, intent: { does: 'put', bucket, subresource }, writes: true },
      signal,
      (guarded, abortSignal): Promise<object> => this.#client.send(guarded(command), { abortSignal }),
    )
  }
}

/** SeaweedFS answers a PUT of a setting that it does not know as it answers that of a bucket, which is there already. */
const TAKEN_FOR_CREATION: readonly string[] = ['BucketAlreadyExists', 'BucketAlreadyOwnedByYou']

const unsupported = (subresource: Subresource) =>
  new RemoteFailure(`Put ${subresource}`, {
    is: 'Unsupported',
    code: 'NotImplemented',
    status: 0,
    message: 'the server does not know this setting',
  })
