import type { Clock, DynamicObject } from '@kubewright/core'
import type { Store } from '../storage/index.ts'
import { SigningKeys, type SigningKeysOptions } from './signing-keys.ts'
import { AUTHENTICATED, SERVICE_ACCOUNT_PREFIX, serviceAccountGroups, type User } from './user.ts'

/** How tokens of ServiceAccounts are made and checked. */
export interface ServiceAccountOptions extends SigningKeysOptions {
  /** The `iss` of tokens. @default 'https://kubernetes.default.svc' */
  readonly issuer?: string
  /** Who a token is for that names nobody, and for whom tokens are accepted here. @default the issuer alone, as kube-apiserver */
  readonly audiences?: readonly string[]
}

/** What a token is bound to beside its ServiceAccount: it ends with that object. */
export interface BoundObject {
  readonly kind: 'pod' | 'secret' | 'node'
  readonly name: string
  readonly uid: string
  /** Of a bound Pod that runs. */
  readonly node?: { readonly name: string; readonly uid?: string }
}

export interface TokenGrant {
  readonly account: DynamicObject
  readonly audiences: readonly string[]
  readonly expirationSeconds: number
  readonly bound: BoundObject | undefined
}

/** The outcome of looking at a token that says it is of this issuer. */
export type TokenVerdict =
  | { readonly is: 'accepted'; readonly user: User; readonly audiences: readonly string[] }
  | { readonly is: 'refused'; readonly why: string }

interface Reference {
  readonly name?: string
  readonly uid?: string
}

interface AccountClaims {
  readonly namespace?: string
  readonly serviceaccount?: Reference
  readonly pod?: Reference
  readonly secret?: Reference
  readonly node?: Reference
}

export interface ServiceAccountTokensContext {
  readonly store: Store
  readonly clock: Clock
  readonly uuid: () => string
}

/** Clocks of two machines differ: what kube-apiserver forgives. */
const LEEWAY_SECONDS = 60

/** Issues and verifies the tokens of ServiceAccounts. A token lives no longer than its account, and than the object that it is bound to. */
export class ServiceAccountTokens {
  readonly keys: SigningKeys
  readonly issuer: string
  readonly audiences: readonly string[]
  private readonly context: ServiceAccountTokensContext

  /** @throws ConfigurationError */
  constructor(context: ServiceAccountTokensContext, options: ServiceAccountOptions = {}) {
    this.context = context
    this.keys = new SigningKeys(options)
    this.issuer = options.issuer ?? 'https://kubernetes.default.svc'
    this.audiences = options.audiences ?? [this.issuer]
  }

  issue({ account, audiences, expirationSeconds, bound }: TokenGrant): string {
    const now = this.seconds()
    const { namespace = '', name = '', uid } = account.metadata
    return this.keys.sign({
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: this.issuer,
      jti: this.context.uuid(),
      'kubernetes.io': {
        namespace,
        ...(bound === undefined ? {} : { [bound.kind]: { name: bound.name, uid: bound.uid } }),
        ...(bound?.node === undefined ? {} : { node: bound.node }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`,
    })
  }

  /** `wanted`: the audiences of which the token must name one. `undefined`: not a token of this issuer. */
  verify(token: string, wanted: readonly string[] = this.audiences): TokenVerdict | undefined {
    const claims = this.keys.verified(token)
    if (claims === undefined || claims['iss'] !== this.issuer) return undefined
    const { exp, nbf, aud, jti } = claims
    const now = this.seconds()
    if (typeof exp !== 'number' || exp + LEEWAY_SECONDS < now) return refused('service account token has expired')
    if (typeof nbf === 'number' && nbf - LEEWAY_SECONDS > now) return refused('service account token is not valid yet')
    const named = [aud].flat().filter((each) => typeof each === 'string')
    const audiences = wanted.filter((each) => named.includes(each))
    if (audiences.length === 0) return refused(`token audiences ${quoted(named)} is invalid for the target audiences ${quoted(wanted)}`)
    return this.userOf((claims['kubernetes.io'] ?? {}) as AccountClaims, audiences, typeof jti === 'string' ? jti : undefined)
  }

  private userOf(claims: AccountClaims, audiences: readonly string[], jti: string | undefined): TokenVerdict {
    const { namespace = '', serviceaccount, pod, secret, node } = claims
    if (!this.lives('/serviceaccounts', `${namespace}/${serviceaccount?.name}`, serviceaccount?.uid))
      return refused('service account token has been invalidated')
    if (pod !== undefined && !this.lives('/pods', `${namespace}/${pod.name}`, pod.uid))
      return refused('service account token has been invalidated')
    if (secret !== undefined && !this.lives('/secrets', `${namespace}/${secret.name}`, secret.uid))
      return refused('service account token has been invalidated')
    // The node of a Pod is told and no condition: the Pod's end is the token's.
    if (node !== undefined && pod === undefined && !this.lives('/nodes', node.name ?? '', node.uid))
      return refused('service account token has been invalidated')
    const user: User = {
      name: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${serviceaccount?.name}`,
      uid: serviceaccount?.uid ?? '',
      groups: [...serviceAccountGroups(namespace), AUTHENTICATED],
      extra: {
        ...(jti === undefined ? {} : { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] }),
        ...told('node', node),
        ...told('pod', pod),
      },
    }
    return { is: 'accepted', user, audiences }
  }

  private lives(table: string, key: string, uid: string | undefined): boolean {
    const entry = this.context.store.get(table, key)
    return entry !== undefined && entry.object.metadata.uid === uid
  }

  private seconds(): number {
    return Math.floor(this.context.clock.now() / 1000)
  }
}

const refused = (why: string): TokenVerdict => ({ is: 'refused', why })

const quoted = (list: readonly string[]): string => `[${list.map((text) => JSON.stringify(text)).join(' ')}]`

function told(what: string, { name, uid }: Reference = {}): Readonly<Record<string, readonly string[]>> {
  return {
    ...(name ? { [`authentication.kubernetes.io/${what}-name`]: [name] } : {}),
    ...(uid ? { [`authentication.kubernetes.io/${what}-uid`]: [uid] } : {}),
  }
}
