// Who may read the metrics? The API server knows: it is asked by TokenReview and SubjectAccessReview, as kube-rbac-proxy and controller-runtime ask
// it, and the answers are kept for as long as theirs are.
import { createHash } from 'node:crypto'
import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import { AnswerCache } from './answer-cache.ts'

export type Verdict =
  | { readonly is: 'allowed' }
  /** No token, or one that the API server does not know. */
  | { readonly is: 'unknown' }
  | { readonly is: 'forbidden'; readonly user: string }

/** What somebody wants to do: with a path that is no resource, or with the objects of a resource. */
export type Deed =
  | { readonly path: string; readonly verb: string }
  | { readonly group: string; readonly resource: string; readonly verb: string; readonly namespace: string | undefined }

interface User {
  readonly username: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

const TOKEN_KEPT = 60_000
const ALLOWED_KEPT = 300_000
const DENIED_KEPT = 30_000
const TIMEOUT = 10_000

export interface AccessReviewOptions {
  readonly client: Pick<Client, 'request'>
  readonly clock: Clock
}

/** Judges who may do what, as the API server would. */
export class AccessReview {
  readonly #client: Pick<Client, 'request'>
  readonly #users: AnswerCache<User | undefined>
  readonly #permissions: AnswerCache<boolean>

  constructor({ client, clock }: AccessReviewOptions) {
    this.#client = client
    this.#users = new AnswerCache(clock, () => TOKEN_KEPT)
    this.#permissions = new AnswerCache(clock, (allowed) => (allowed ? ALLOWED_KEPT : DENIED_KEPT))
  }

  /** @throws ApiError or ConnectionError when the API server cannot be asked: then nobody may */
  async judge(authorization: string | undefined, deed: Deed): Promise<Verdict> {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) return { is: 'unknown' }
    // Kept by what cannot be turned back into the token.
    const user = await this.#users.get(createHash('sha256').update(token).digest('base64'), () => this.#identify(token))
    if (user === undefined) return { is: 'unknown' }
    const allowed = await this.#permissions.get(JSON.stringify([user, deed]), () => this.#authorize(user, deed))
    return allowed ? { is: 'allowed' } : { is: 'forbidden', user: user.username }
  }

  async #identify(token: string): Promise<User | undefined> {
    const { status } = await this.#review<{ authenticated?: boolean; user?: User }>('authentication.k8s.io/v1', 'TokenReview', { token })
    return status?.authenticated === true ? status.user : undefined
  }

  async #authorize({ username, uid, groups, extra }: User, deed: Deed): Promise<boolean> {
    const attributes = 'path' in deed ? { nonResourceAttributes: deed } : { resourceAttributes: deed }
    const spec = { user: username, uid, groups, extra, ...attributes }
    const { status } = await this.#review<{ allowed?: boolean }>('authorization.k8s.io/v1', 'SubjectAccessReview', spec)
    return status?.allowed === true
  }

  #review<Status>(apiVersion: string, kind: string, spec: unknown): Promise<{ readonly status?: Status }> {
    const body = { apiVersion, kind, metadata: {}, spec }
    return this.#client.request('POST', `/apis/${apiVersion}/${kind.toLowerCase()}s`, { body, signal: AbortSignal.timeout(TIMEOUT) })
  }
}
