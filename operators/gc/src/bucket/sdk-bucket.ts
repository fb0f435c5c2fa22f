import { createHash } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import type { BackupBucket, BucketEntry, BucketSettings } from './bucket.ts'

type Sdk = typeof import('./sdk-modules.ts').s3

/** Whoever waits longer for an answer has lost the server: the deletion waits for it. */
const TIMEOUT = 30_000
/** The header `x-amz-meta-…` of an object that carries its record. */
const RECORD = 'kubewright-gc-backup'

interface Opened {
  readonly sdk: Sdk
  readonly s3: S3Client
}

/**
 * A bucket by the official SDK, which is loaded with the first request: an operator that keeps nothing in a bucket has none of it in memory. Credentials are those
 * that every AWS program finds: the environment, a shared file, a web identity, the machine's role.
 */
export function sdkBucket(settings: BucketSettings): BackupBucket {
  let opened: Promise<Opened> | undefined
  const open = () => (opened ??= connect(settings))
  const Bucket = settings.bucket
  const whole = (key: string) => `${settings.prefix}${key}`
  return {
    place: `s3://${Bucket}/${settings.prefix}`,
    async put(key, body, record, abortSignal) {
      const { sdk, s3 } = await open()
      const ContentMD5 = createHash('md5').update(body).digest('base64')
      const object = { Bucket, Key: whole(key), Body: body, ContentMD5, ContentType: 'application/gzip', Metadata: { [RECORD]: record } }
      await s3.send(new sdk.PutObjectCommand(object), { abortSignal })
    },
    async recordOf(key, abortSignal) {
      const { sdk, s3 } = await open()
      const answer = await unlessGone(s3.send(new sdk.HeadObjectCommand({ Bucket, Key: whole(key) }), { abortSignal }))
      return answer?.Metadata?.[RECORD]
    },
    async get(key, abortSignal) {
      const { sdk, s3 } = await open()
      const answer = await unlessGone(s3.send(new sdk.GetObjectCommand({ Bucket, Key: whole(key) }), { abortSignal }))
      const bytes = await answer?.Body?.transformToByteArray()
      return bytes && Buffer.from(bytes)
    },
    async *list(under, abortSignal): AsyncIterable<BucketEntry> {
      const { sdk, s3 } = await open()
      const pages = sdk.paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: whole(under) }, { abortSignal })
      for await (const { Contents = [] } of pages)
        for (const { Key = '', LastModified } of Contents)
          yield { key: Key.slice(settings.prefix.length), writtenAt: LastModified?.getTime() ?? Number.POSITIVE_INFINITY }
    },
    async delete(key, abortSignal) {
      const { sdk, s3 } = await open()
      await unlessGone(s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: whole(key) }), { abortSignal }))
    },
  }
}

async function connect({ endpoint, region }: BucketSettings): Promise<Opened> {
  const { s3: sdk } = await import('./sdk-modules.ts')
  const s3 = new sdk.S3Client({
    region,
    // Servers of one's own seldom have a name for each bucket.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // When to try again is decided by who deletes, and told in the status.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: TIMEOUT, requestTimeout: TIMEOUT, throwOnRequestTimeout: true },
    // Servers that are not AWS refuse, or answer without, the checksums that are usual now; the MD5 above is known to all of them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: false,
  })
  return { sdk, s3 }
}

/** A HEAD has no body: of it there is the status alone. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    const { name, $metadata } = error as { readonly name?: string; readonly $metadata?: { readonly httpStatusCode?: number } }
    if (name === 'NoSuchKey' || ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket')) return undefined
    throw error
  }
}
