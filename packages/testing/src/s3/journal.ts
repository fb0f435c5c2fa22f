/** One call, as it was answered. No payload and no secret is kept. */
export interface Call {
  /** Milliseconds since the epoch, on the fake's clock. */
  readonly at: number
  readonly service: 's3' | 'iam' | 'sts'
  /** As AWS names it: `PutBucketTagging`, `CreateAccessKey`. */
  readonly operation: string
  /** It could have changed something. */
  readonly write: boolean
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly accessKeyId: string | undefined
  readonly bucket: string | undefined
  readonly key: string | undefined
  /** Of IAM: UserName, PolicyName, PolicyArn and the like. */
  readonly parameters: Readonly<Record<string, string>>
  readonly status: number
  /** Of the error, when it was one. */
  readonly code: string | undefined
  /** The caller did not get to see the answer. */
  readonly lost: boolean
}

/** Long-running fakes (`kubewright fake s3`) must not grow without end. */
const KEPT = 100_000

export class Journal {
  readonly #calls: Call[] = []

  add(call: Call): void {
    this.#calls.push(call)
    if (this.#calls.length > KEPT) this.#calls.splice(0, KEPT / 10)
  }

  get all(): readonly Call[] {
    return this.#calls
  }

  get writes(): readonly Call[] {
    return this.#calls.filter(({ write }) => write)
  }

  clear(): void {
    this.#calls.length = 0
  }
}
