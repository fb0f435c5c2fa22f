// Whether objects, Secrets and the server agree on the access keys of a user.
import { type AccessKeyMetadata, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { Secret } from '@kubewright/client'
import { AccessKey } from '@kubewright/operator-s3'
import type { S3Tenant } from './s3-tenant.ts'

export interface Entry {
  /** At the server. */
  readonly living: readonly string[]
  /** In the status. */
  readonly recorded: readonly string[]
  readonly published: string | undefined
  /** At the server, in no status and no Secret, and no intent stands for them: nobody will ever find them. */
  readonly leaked: readonly string[]
  /** As those, but an intent stands for them: their secret is lost, and they are removed. */
  readonly unpublished: readonly string[]
  /** Published, and refused by the server. */
  readonly dead: readonly string[]
  /** The intent of a creation that is under way, or was interrupted. */
  readonly open: string | undefined
}

/** Reads the books of one server. */
export class KeyBooks implements Disposable {
  readonly #tenant: S3Tenant
  readonly #iam: IAMClient

  constructor(tenant: S3Tenant) {
    this.#tenant = tenant
    const { accessKey, secretKey } = tenant.server
    this.#iam = new IAMClient(this.#client(accessKey, secretKey))
  }

  /** @param name of the AccessKey, whose Secret has the usual name */
  async entry(name: string, user: string): Promise<Entry> {
    const { status } = await this.#tenant.get(AccessKey, name)
    const secret =
      (await this.#tenant.find(Secret, `${name}-credentials`)) === undefined ? {} : await this.#tenant.secret(`${name}-credentials`)
    const living = await this.#living(user)
    const recorded = (status?.keys ?? []).map(({ id }) => id)
    const published = secret['access-key-id']
    const intents = [...(status?.pending === undefined ? [] : [status.pending]), ...(status?.recentIntents ?? [])]
    const strange = living.filter((id) => !recorded.includes(id) && id !== published)
    const [unpublished, leaked] = [true, false].map((covered) =>
      strange.filter((id) => intents.some(({ baseline }) => !baseline.includes(id)) === covered),
    ) as [string[], string[]]
    const isDead = published !== undefined && !(await this.#works(published, secret['secret-access-key'] ?? ''))
    return { living, recorded, published, leaked, unpublished, dead: isDead ? [published] : [], open: status?.pending?.nonce }
  }

  [Symbol.dispose](): void {
    this.#iam.destroy()
  }

  async #living(user: string): Promise<readonly string[]> {
    try {
      const { AccessKeyMetadata: keys = [] } = await this.#iam.send(new ListAccessKeysCommand({ UserName: user }))
      return keys.map(({ AccessKeyId = '' }: AccessKeyMetadata) => AccessKeyId)
    } catch (error) {
      if (error instanceof Error && error.name.startsWith('NoSuchEntity')) return []
      throw error
    }
  }

  /** Whether the server takes a request that is signed with it. */
  async #works(id: string, secret: string): Promise<boolean> {
    const client = new STSClient(this.#client(id, secret))
    try {
      await client.send(new GetCallerIdentityCommand({}))
      return true
    } catch (error) {
      const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
      if ($metadata?.httpStatusCode === 403) return false
      throw error
    } finally {
      client.destroy()
    }
  }

  #client(accessKeyId: string, secretAccessKey: string) {
    return { endpoint: this.#tenant.server.iamEndpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } }
  }
}
