import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'

export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a case may use: the part that the fake and the real servers have in common. */
export interface S3UnderTest extends AsyncDisposable {
  readonly name: string
  readonly s3: string
  /** Of IAM and STS. */
  readonly iam: string
  readonly admin: KeyPair
  /** The key of another account, where the server has accounts. */
  readonly stranger: KeyPair | undefined
  /** `BUCKET.DOMAIN` is an address of a bucket. */
  readonly domain: string
}

/** Clients that are set up alike: one try, path style, explicit keys. */
export class Clients {
  readonly #server: S3UnderTest
  readonly #open: { destroy(): void }[] = []

  constructor(server: S3UnderTest) {
    this.#server = server
  }

  s3(credentials: KeyPair = this.#server.admin, more: Partial<S3ClientConfig> = {}): S3Client {
    return this.#kept(
      new S3Client({
        ...this.#common(credentials),
        endpoint: this.#server.s3,
        forcePathStyle: true,
        responseChecksumValidation: 'WHEN_REQUIRED',
        ...more,
      }),
    )
  }

  iam(credentials: KeyPair = this.#server.admin): IAMClient {
    return this.#kept(new IAMClient({ ...this.#common(credentials), endpoint: this.#server.iam }))
  }

  sts(credentials: KeyPair = this.#server.admin): STSClient {
    return this.#kept(new STSClient({ ...this.#common(credentials), endpoint: this.#server.iam }))
  }

  destroy(): void {
    for (const client of this.#open) client.destroy()
  }

  #common(credentials: KeyPair) {
    return { region: 'us-east-1', credentials, maxAttempts: 1 }
  }

  #kept<T extends { destroy(): void }>(client: T): T {
    this.#open.push(client)
    return client
  }
}
