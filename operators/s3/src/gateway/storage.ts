import type { BucketLifecycleConfiguration, PublicAccessBlockConfiguration, S3Client } from '@aws-sdk/client-s3'
import type { Caller } from './caller.ts'
import { isRemoteFailure, RemoteFailure } from './failure.ts'
import type { Sdk } from './sdk.ts'
import { SUBRESOURCES, type Subresource } from './subresource.ts'

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
  /** What the server was seen not to know, with the reason. */
  readonly #known = new Map<Subresource, 'Supported' | 'Unsupported'>()

  constructor(sdk: Sdk['s3'], client: S3Client, caller: Caller) {
    this.#sdk = sdk
    this.#client = client
    this.#caller = caller
  }

  /** What has been found out so far. */
  capabilities(): Readonly<Record<string, 'Supported' | 'Unsupported'>> {
    return Object.fromEntries([...this.#known].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async listBuckets(signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#caller.call(
      { operation: 'ListBuckets', intent: { does: 'read' }, writes: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.ListBucketsCommand({})), { abortSignal }),
    )
    return (answer.Buckets ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name]))
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

  /** @param region absent: the server's own, which is how us-east-1 is said on AWS */
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
      { operation: 'CreateBucket', intent: { does: 'create bucket', bucket }, writes: true },
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
    try {
      const value = await this.#get(bucket, subresource, signal)
      this.#known.set(subresource, 'Supported')
      return value === undefined ? { is: 'unset' } : { is: 'set', value }
    } catch (error) {
      if (!isRemoteFailure(error)) throw error
      // MinIO answers like this for settings that it cannot store: that they are not set says nothing about whether they could be.
      if ((SUBRESOURCES[subresource].unset as readonly string[]).includes(error.code)) return { is: 'unset' }
      if (error.is !== 'Unsupported') throw error
      this.#known.set(subresource, 'Unsupported')
      return { is: 'unsupported', because: error.message }
    }
  }

  /** @throws RemoteFailure `Unsupported` when the server does not know the setting: nothing was sent then */
  async write(bucket: string, subresource: Subresource, value: unknown, signal: AbortSignal): Promise<void> {
    if (this.#known.get(subresource) === 'Unsupported') throw unsupported(subresource)
    try {
      await this.#put(bucket, subresource, value, signal)
      this.#known.set(subresource, 'Supported')
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported')) this.#known.set(subresource, 'Unsupported')
      throw error
    }
  }

  /** Removes a setting, if it is set: only a read that has just shown it can tell that the server will not take the request for that of the bucket. */
  async remove(bucket: string, subresource: Subresource, signal: AbortSignal): Promise<void> {
    const reading = await this.read(bucket, subresource, signal)
    if (reading.is === 'unsupported') throw unsupported(subresource)
    if (reading.is === 'unset') return
    const { s3, Bucket } = { s3: this.#sdk, Bucket: bucket }
    await this.#caller.call(
      { operation: `Delete ${subresource}`, intent: { does: 'remove', bucket, subresource, proven: reading.is === 'set' }, writes: true },
      signal,
      async (guarded, abortSignal) => {
        switch (subresource) {
          case 'encryption':
            return void (await this.#client.send(guarded(new s3.DeleteBucketEncryptionCommand({ Bucket })), { abortSignal }))
          case 'tagging':
            return void (await this.#client.send(guarded(new s3.DeleteBucketTaggingCommand({ Bucket })), { abortSignal }))
          case 'lifecycle':
            return void (await this.#client.send(guarded(new s3.DeleteBucketLifecycleCommand({ Bucket })), { abortSignal }))
          case 'cors':
            return void (await this.#client.send(guarded(new s3.DeleteBucketCorsCommand({ Bucket })), { abortSignal }))
          case 'policy':
            return void (await this.#client.send(guarded(new s3.DeleteBucketPolicyCommand({ Bucket })), { abortSignal }))
          default:
            throw unsupported(subresource)
        }
      },
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
    const s3 = this.#sdk
    const Bucket = bucket
    return this.#caller.call(
      { operation: `Get ${subresource}`, intent: { does: 'read' }, expects: subresource, writes: false },
      signal,
      async (guarded, abortSignal): Promise<unknown> => {
        const options = { abortSignal }
        switch (subresource) {
          case 'versioning':
            return (await this.#client.send(guarded(new s3.GetBucketVersioningCommand({ Bucket })), options)) as unknown
          case 'encryption':
            return (await this.#client.send(guarded(new s3.GetBucketEncryptionCommand({ Bucket })), options))
              .ServerSideEncryptionConfiguration
          case 'tagging':
            return nonEmpty((await this.#client.send(guarded(new s3.GetBucketTaggingCommand({ Bucket })), options)).TagSet)
          case 'lifecycle':
            return nonEmpty((await this.#client.send(guarded(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })), options)).Rules)
          case 'cors':
            return nonEmpty((await this.#client.send(guarded(new s3.GetBucketCorsCommand({ Bucket })), options)).CORSRules)
          case 'publicAccess':
            return (await this.#client.send(guarded(new s3.GetPublicAccessBlockCommand({ Bucket })), options))
              .PublicAccessBlockConfiguration
          case 'ownership':
            return (await this.#client.send(guarded(new s3.GetBucketOwnershipControlsCommand({ Bucket })), options)).OwnershipControls
          case 'objectLock':
            return (await this.#client.send(guarded(new s3.GetObjectLockConfigurationCommand({ Bucket })), options)).ObjectLockConfiguration
          case 'logging':
            return (await this.#client.send(guarded(new s3.GetBucketLoggingCommand({ Bucket })), options)) as unknown
          case 'policy':
            return (await this.#client.send(guarded(new s3.GetBucketPolicyCommand({ Bucket })), options)).Policy || undefined
        }
      },
    )
  }

  async #put(bucket: string, subresource: Subresource, value: unknown, signal: AbortSignal): Promise<void> {
    const s3 = this.#sdk
    const Bucket = bucket
    await this.#caller.call(
      { operation: `Put ${subresource}`, intent: { does: 'put', bucket, subresource }, writes: true },
      signal,
      async (guarded, abortSignal): Promise<unknown> => {
        const options = { abortSignal }
        switch (subresource) {
          case 'versioning':
            return this.#client.send(
              guarded(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: value as object })),
              options,
            )
          case 'encryption':
            return this.#client.send(
              guarded(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: value as { Rules: [] } })),
              options,
            )
          case 'tagging':
            return this.#client.send(guarded(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: value as [] } })), options)
          case 'lifecycle':
            return this.#client.send(
              guarded(
                new s3.PutBucketLifecycleConfigurationCommand({
                  Bucket,
                  LifecycleConfiguration: { Rules: value } as BucketLifecycleConfiguration,
                }),
              ),
              options,
            )
          case 'cors':
            return this.#client.send(
              guarded(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: value as [] } })),
              options,
            )
          case 'publicAccess':
            return this.#client.send(
              guarded(
                new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: value as PublicAccessBlockConfiguration }),
              ),
              options,
            )
          case 'ownership':
            return this.#client.send(
              guarded(new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: value as { Rules: [] } })),
              options,
            )
          case 'objectLock':
            return this.#client.send(
              guarded(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: value as object })),
              options,
            )
          case 'logging':
            return this.#client.send(guarded(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: value as object })), options)
          case 'policy':
            return this.#client.send(guarded(new s3.PutBucketPolicyCommand({ Bucket, Policy: String(value) })), options)
        }
      },
    )
  }
}

const nonEmpty = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list

const unsupported = (subresource: Subresource) =>
  new RemoteFailure(`Put ${subresource}`, {
    is: 'Unsupported',
    code: 'NotImplemented',
    status: 0,
    message: 'the server does not know this setting',
  })
