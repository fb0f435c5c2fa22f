import { type Clock, systemClock } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { LOOPBACK } from '../process/free-port.ts'
import type { Dialect, DialectName } from './dialect/dialect.ts'
import { DIALECTS } from './dialect/dialects.ts'
import { type Credentials, Directory } from './directory.ts'
import { FaultPlan } from './faults.ts'
import { HttpServer } from './http-server.ts'
import type { ConsistencyDelays } from './iam/account.ts'
import { QueryService } from './iam/query-service.ts'
import type { WebIdentity } from './iam/sts.ts'
import { identifiers } from './identifiers.ts'
import { Journal } from './journal.ts'
import type { Limits } from './limits.ts'
import type { RealS3 } from './real/real-s3.ts'
import { Shell } from './shell.ts'
import { Bucket } from './storage/bucket.ts'
import type { Store } from './storage/call.ts'
import { S3Service } from './storage/s3-service.ts'

/** What an in-process S3 is like. */
export interface FakeS3Options {
  /** Whose manners it has; one of your own for a server that is not there. @default "aws" */
  readonly dialect?: DialectName | Dialect
  /** @default "us-east-1" */
  readonly region?: string
  /** Of the account that is there from the start. @default "123456789012" */
  readonly accountId?: string
  /** The key of its root, who may do everything. @default AKIAADMIN with a random secret */
  readonly credentials?: Credentials
  /** @default 127.0.0.1 */
  readonly host?: string
  /** @default any free one */
  readonly port?: number
  /** Serve https, with a certificate of an authority of its own: see `ca`. @default false */
  readonly tls?: boolean
  /** Names in the certificate beside the address. */
  readonly names?: readonly string[]
  /** `BUCKET.DOMAIN` is an address of a bucket, too. Clients have to resolve it by themselves. @default "s3.localhost" */
  readonly domain?: string
  readonly limits?: Partial<Limits>
  /** The largest page of any list, however much is asked for: makes paging visible in small tests. @default 1000 */
  readonly pageSize?: number
  /** How long changes take to be seen. @default 0 everywhere: at once */
  readonly consistency?: Partial<ConsistencyDelays>
  /** Checks a token for AssumeRoleWithWebIdentity. @default refuses all */
  readonly webIdentity?: (token: string) => WebIdentity | undefined
  readonly clock?: Clock
  /** Random bytes, for keys and ids. @default node:crypto's */
  readonly randomBytes?: (length: number) => Buffer
}

/** What the in-process S3 knows of an access key. */
export interface KeyFacts {
  readonly id: string
  /** Undefined for the root's. */
  readonly userName: string | undefined
  readonly accountId: string
  readonly status: 'Active' | 'Inactive'
}

/** S3, IAM and STS in this process, at one address, with what tests need of a real server, and ways to break them. */
export interface FakeS3 extends RealS3 {
  /** PEM of the authority of its certificate; empty without TLS. */
  readonly ca: string
  readonly dialect: Dialect
  readonly accountId: string
  readonly journal: Journal
  readonly faults: FaultPlan
  /** Names, in order. */
  readonly buckets: readonly string[]
  /** All keys there are, of all accounts: what a search for leaked ones compares with. */
  readonly keys: readonly KeyFacts[]
  /** Every secret that was ever given out: what must not be found in a log, an event or a status. */
  readonly secrets: readonly string[]
  /** Another account, for foreign owners. @returns the key of its root */
  addAccount(id: string, name?: string): Credentials
  /** A bucket that is there without anybody's asking: foreign, or in another region. */
  addBucket(name: string, options?: { readonly accountId?: string; readonly region?: string }): void
  setConsistency(delays: Partial<ConsistencyDelays>): void
  /** Stops listening and breaks all connections; what it holds stays. */
  down(): Promise<void>
  /** Listens again, at the same address. */
  up(): Promise<void>
}

const AT_ONCE: ConsistencyDelays = { keys: 0, policies: 0, entities: 0, lists: 0 }

/** Starts it. @throws Error when the port is taken */
export async function fakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const fake = new Fake(options)
  await fake.up()
  return fake
}

class Fake implements FakeS3 {
  readonly region: string
  readonly ca: string
  readonly dialect: Dialect
  readonly accountId: string
  readonly credentials: Credentials
  readonly journal = new Journal()
  readonly faults = new FaultPlan()
  readonly #clock: Clock
  readonly #directory: Directory
  readonly #store: Store
  readonly #http: HttpServer
  readonly #scheme: string
  readonly #host: string
  readonly #stopped = new AbortController()
  #delays: ConsistencyDelays

  constructor(options: FakeS3Options) {
    const {
      dialect = 'aws',
      region = 'us-east-1',
      accountId = '123456789012',
      domain = 's3.localhost',
      pageSize = 1000,
      host = LOOPBACK,
    } = options
    this.dialect = typeof dialect === 'string' ? DIALECTS[dialect] : dialect
    this.region = region
    this.accountId = accountId
    this.#clock = options.clock ?? systemClock
    this.#delays = { ...AT_ONCE, ...options.consistency }
    this.#host = host
    const now = () => this.#clock.now()
    const ids = identifiers(options.randomBytes)
    this.#directory = new Directory({ ids, now, delays: () => this.#delays })
    this.credentials = options.credentials ?? { accessKeyId: 'AKIAADMIN', secretAccessKey: ids.secret(40) }
    this.#directory.addAccount(accountId, 'admin', this.credentials)
    const limits = { ...this.dialect.limits, ...options.limits }
    const shared = { dialect: this.dialect, limits, directory: this.#directory, pageSize, now }
    this.#store = { ...shared, region, buckets: new Map() }
    const authority = options.tls === true ? new Authority(now()) : undefined
    this.ca = authority?.cert ?? ''
    this.#scheme = authority === undefined ? 'http' : 'https'
    const shell = new Shell({
      s3: new S3Service(this.#store, domain),
      query: new QueryService({ ...shared, webIdentity: options.webIdentity ?? (() => undefined) }),
      ...{ faults: this.faults, journal: this.journal, clock: this.#clock, signal: this.#stopped.signal },
    })
    this.#http = new HttpServer({
      ...{ host, port: options.port ?? 0, now, newRequestId: () => ids.unique('', 16) },
      tls: authority?.server([host, 'localhost', domain, `*.${domain}`, ...(options.names ?? [])], 's3'),
      handle: (request, requestId) => shell.handle(request, requestId),
    })
  }

  get address(): string {
    return `${this.#scheme}://${this.#host}:${this.#http.port}`
  }

  /** All three services are at one address. */
  get iamAddress(): string {
    return this.address
  }

  get buckets(): readonly string[] {
    return [...this.#store.buckets.keys()].sort()
  }

  get keys(): readonly KeyFacts[] {
    const living = [...this.#directory.keys.values()].filter(({ known }) => known.latest !== 'absent')
    return living.map(({ id, user, accountId, status }) => ({ id, userName: user?.name, accountId, status }))
  }

  get secrets(): readonly string[] {
    return this.#directory.secrets
  }

  addAccount(id: string, name = `account-${id}`): Credentials {
    const credentials = { accessKeyId: this.#directory.ids.unique('AKIA', 20), secretAccessKey: this.#directory.ids.secret(40) }
    this.#directory.addAccount(id, name, credentials)
    return credentials
  }

  addBucket(
    name: string,
    { accountId = this.accountId, region = this.region }: { readonly accountId?: string; readonly region?: string } = {},
  ): void {
    const { id: ownerId } = this.#directory.account(accountId)
    const born = { createdAt: this.#clock.now(), locked: false, acl: 'private', configurations: this.dialect.initial }
    this.#store.buckets.set(name, new Bucket({ name, ownerId, region, ...born }))
  }

  setConsistency(delays: Partial<ConsistencyDelays>): void {
    this.#delays = { ...this.#delays, ...delays }
  }

  down(): Promise<void> {
    return this.#http.close()
  }

  up(): Promise<void> {
    return this.#http.listen()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#http.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
