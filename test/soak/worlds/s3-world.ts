import { AccessKey, Bucket, Provider, User } from '@kubewright/operator-s3'
import { type Client, Secret, sleep } from 'kubewright'
import { type FakeS3, fakeS3 } from 'kubewright/testing'
import type { Chance } from '../random.ts'
import { differences } from './contents.ts'
import { keyTrouble, type PublishedKey } from './key-trouble.ts'
import { isLeaving, Tenant } from './tenant.ts'
import type { Trouble, World } from './world.ts'

const NAMESPACE = 'soak-s3'
const ROTATE = 's3.kubewright.dev/rotate'
const USERS = ['web', 'batch', 'guest-1', 'guest-2']
const GUESTS = USERS.filter((name) => name.startsWith('guest'))
const BUCKETS = ['photos', 'reports', 'drafts', 'logs']
const providerRef = { name: 'store' }
/** On the server there is one account for all. */
const served = (name: string) => `soak-${name}`

/** Buckets and users that come and go, and keys that are rotated all the time. */
export class S3World implements World {
  readonly name = 's3'
  readonly pace = 1_000
  readonly #tenant: Tenant
  readonly #storage: FakeS3
  #rotations = 0

  private constructor(client: Client, storage: FakeS3) {
    this.#tenant = new Tenant(client, NAMESPACE)
    this.#storage = storage
  }

  static async start(client: Client): Promise<S3World> {
    return new S3World(client, await fakeS3())
  }

  async prepare(): Promise<void> {
    const { address, region, credentials } = this.#storage
    await this.#tenant.open()
    const stringData = { 'access-key': credentials.accessKeyId, 'secret-key': credentials.secretAccessKey }
    await this.#tenant.create(Secret, { metadata: { name: 'admin' }, type: 'Opaque', stringData })
    const auth = { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } }
    const spec = { type: 'generic', endpoint: address, iamEndpoint: address, region, auth }
    await this.#tenant.create(Provider, { metadata: { name: 'store' }, spec })
    for (const name of USERS) await this.#welcome(name)
  }

  async step(chance: Chance): Promise<string | undefined> {
    const roll = chance.below(4)
    if (roll < 2) return this.#rotate(chance.pick(USERS))
    if (roll === 2) return this.#comeOrGo(chance.pick(GUESTS))
    return this.#bucket(chance.pick(BUCKETS))
  }

  async wrong(): Promise<readonly string[]> {
    return []
  }

  async unsettled(): Promise<readonly string[]> {
    const [buckets, users] = [await this.#tenant.list(Bucket), await this.#tenant.list(User)]
    const leaving = [...buckets, ...users].filter(isLeaving).map(({ kind, metadata }) => `${kind} "${metadata.name}" has to go`)
    const wanted = new Map(buckets.filter((bucket) => !isLeaving(bucket)).map(({ spec }) => [spec.name, '']))
    const held = new Map(this.#storage.buckets.map((name) => [name, '']))
    return [...leaving, ...differences(wanted, held, { what: 'bucket' }), ...keyTrouble(await this.#published(), this.#storage.keys)]
  }

  readonly troubles: readonly Trouble[] = [
    {
      name: 'IAM loses the answer with a new key',
      strike: async () => void this.#storage.faults.add({ is: 'reset', after: true }, { operation: 'CreateAccessKey', times: 1 }),
    },
    { name: 'S3 and IAM break connections', strike: async () => void this.#storage.faults.add({ is: 'reset' }, { times: 4 }) },
    {
      name: 'S3 and IAM are away',
      strike: async (_, signal) => {
        await this.#storage.down()
        try {
          await sleep(3_000, { signal })
        } finally {
          await this.#storage.up()
        }
      },
    },
  ]

  stop(): Promise<void> {
    return this.#storage.stop()
  }

  async #rotate(name: string): Promise<string | undefined> {
    const found = await this.#tenant.find(AccessKey, name)
    if (found === undefined || isLeaving(found)) return undefined
    await this.#tenant.change(AccessKey, name, { metadata: { annotations: { [ROTATE]: String(++this.#rotations) } } })
    return 'key rotated'
  }

  async #comeOrGo(name: string): Promise<string | undefined> {
    const [user, key] = [await this.#tenant.find(User, name), await this.#tenant.find(AccessKey, name)]
    if (user === undefined && key === undefined) {
      await this.#welcome(name)
      return 'user and key created'
    }
    if (user === undefined || key === undefined || isLeaving(user) || isLeaving(key)) return undefined
    await this.#tenant.delete(AccessKey, name)
    await this.#tenant.delete(User, name)
    return 'user and key deleted'
  }

  async #bucket(name: string): Promise<string | undefined> {
    const found = await this.#tenant.find(Bucket, name)
    if (found === undefined) {
      const spec = { providerRef, name: served(name), autoManage: { enabled: false }, deletionPolicy: 'Delete', forceDelete: true }
      await this.#tenant.create(Bucket, { metadata: { name }, spec })
      return 'bucket created'
    }
    if (isLeaving(found)) return undefined
    await this.#tenant.delete(Bucket, name)
    return 'bucket deleted'
  }

  async #welcome(name: string): Promise<void> {
    await this.#tenant.create(User, { metadata: { name }, spec: { providerRef, name: served(name) } })
    const rotate = { enabled: true, intervalDays: 30, previousKeysRetentionDays: 0 }
    await this.#tenant.create(AccessKey, { metadata: { name }, spec: { providerRef, userRef: { name }, rotate } })
  }

  async #published(): Promise<readonly PublishedKey[]> {
    const keys = (await this.#tenant.list(AccessKey)) as readonly AccessKey[]
    return Promise.all(
      keys.map(async ({ metadata: { name = '', annotations }, status }) => {
        const secret = await this.#tenant.find(Secret, `${name}-credentials`)
        const id = secret?.data?.['access-key-id']
        return {
          ...{ name, user: served(name), asked: annotations?.[ROTATE], done: status?.rotateRequest },
          recorded: (status?.keys ?? []).map((key) => key.id),
          published: id === undefined ? undefined : Buffer.from(id, 'base64').toString(),
        }
      }),
    )
  }
}
