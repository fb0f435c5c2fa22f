/** Where backups lie outside of the cluster. */
export interface BucketSettings {
  readonly bucket: string
  /** Of a server that is not AWS. */
  readonly endpoint?: string | undefined
  readonly region: string
  /** Before all keys, such as `clusters/one/`. */
  readonly prefix: string
}

/** One object of the bucket, as a list tells of it. */
export interface BucketEntry {
  readonly key: string
  /** When it was written last, by the server's clock; wall clock, ms. */
  readonly writtenAt: number
}

/** What is asked of an S3 server for backups. Keys are given and told without the prefix. Everything throws what `answerOfBucketError` reads. */
export interface BackupBucket {
  /** `s3://bucket/prefix`, for people. */
  readonly place: string
  /** Writes the object, or writes it again. */
  put(key: string, body: Buffer, record: string, signal: AbortSignal): Promise<void>
  /** What was written as its record; `undefined`: nothing was, or it is gone. */
  recordOf(key: string, signal: AbortSignal): Promise<string | undefined>
  /** `undefined`: it is gone. */
  get(key: string, signal: AbortSignal): Promise<Buffer | undefined>
  list(under: string, signal: AbortSignal): AsyncIterable<BucketEntry>
  /** That it is gone already is no failure. */
  delete(key: string, signal: AbortSignal): Promise<void>
}
