import { Account, type ConsistencyDelays } from './iam/account.ts'
import type { AccessKey, Caller } from './iam/entities.ts'
import type { Identifiers } from './identifiers.ts'
import { ApiError, s3Error } from './protocol/api-error.ts'
import type { Signature } from './protocol/signature.ts'

interface Session {
  readonly secret: string
  readonly token: string
  readonly expires: number
  readonly caller: Caller & { readonly is: 'session' }
}

/** An access key. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Who there is: accounts, keys, sessions. */
export class Directory {
  readonly accounts = new Map<string, Account>()
  readonly keys = new Map<string, AccessKey>()
  readonly ids: Identifiers
  readonly #sessions = new Map<string, Session>()
  readonly #now: () => number
  readonly #delays: () => ConsistencyDelays

  constructor(options: { readonly ids: Identifiers; readonly now: () => number; readonly delays: () => ConsistencyDelays }) {
    this.ids = options.ids
    this.#now = options.now
    this.#delays = options.delays
  }

  addAccount(id: string, name: string, { accessKeyId, secretAccessKey }: Credentials): Account {
    const account = new Account({ id, name, canonicalId: this.ids.hex(64), now: this.#now, ids: this.ids, delays: this.#delays })
    this.accounts.set(id, account)
    account.addKey(this.keys, undefined, accessKeyId, secretAccessKey)
    return account
  }

  account(id: string): Account {
    const account = this.accounts.get(id)
    if (account === undefined) throw new Error(`fakeS3: there is no account ${id}`)
    return account
  }

  /** @throws ApiError when the key is not known (in the words of S3), the session is over or its token is wrong */
  find({ accessKeyId, sessionToken }: Signature): { readonly caller: Caller; readonly secret: string } {
    const session = this.#sessions.get(accessKeyId)
    if (session !== undefined) {
      if (session.token !== sessionToken) throw s3Error('InvalidToken')
      if (session.expires <= this.#now()) throw s3Error('ExpiredToken')
      return { caller: session.caller, secret: session.secret }
    }
    const key = this.keys.get(accessKeyId)
    if (key === undefined || key.known.read(this.#now()) !== 'Active')
      throw s3Error('InvalidAccessKeyId', undefined, { details: { AWSAccessKeyId: accessKeyId } })
    if (sessionToken !== undefined) throw s3Error('InvalidToken')
    const { accountId, user } = key
    return { caller: user === undefined ? { is: 'root', accountId } : { is: 'user', accountId, user }, secret: key.secret }
  }

  /** Every secret that was ever given out, dead ones too: what must not be found in a log. */
  get secrets(): readonly string[] {
    return [
      ...[...this.keys.values()].map(({ secret }) => secret),
      ...[...this.#sessions.values()].flatMap(({ secret, token }) => [secret, token]),
    ]
  }

  used({ accessKeyId, region, service }: Signature): void {
    const key = this.keys.get(accessKeyId)
    if (key !== undefined) key.lastUsed = { at: this.#now(), service, region }
  }

  /** Keys that last for a while, in seconds. */
  openSession(caller: Session['caller'], seconds: number) {
    const accessKeyId = this.ids.unique('ASIA', 20)
    const session = { secret: this.ids.secret(40), token: this.ids.secret(120), expires: this.#now() + seconds * 1000, caller }
    this.#sessions.set(accessKeyId, session)
    return { accessKeyId, ...session }
  }
}

/** IAM and STS have other words for a key that is not known. */
export function inWordsOfIam(error: ApiError): ApiError {
  if (error.code === 'InvalidAccessKeyId' || error.code === 'InvalidToken')
    return new ApiError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.')
  if (error.code === 'ExpiredToken') return new ApiError('ExpiredToken', 403, 'The security token included in the request is expired')
  if (error.code === 'RequestTimeTooSkewed')
    return new ApiError('SignatureDoesNotMatch', 403, "Signature expired: the time of the request is too far from the server's")
  if (error.code === 'AuthorizationHeaderMalformed') return new ApiError('IncompleteSignature', 400, error.message)
  return error
}
