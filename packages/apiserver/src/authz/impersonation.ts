import { AUTHENTICATED, MASTERS, serviceAccountGroups, serviceAccountOf, UNAUTHENTICATED, type User } from '../authn/user.ts'
import { badRequest, type Refusal } from '../status/index.ts'
import type { Attributes, ResourceAttributes } from './attributes.ts'
import { type Authorizer, forbiddenRequest } from './authorizer.ts'

type DistinctHeaders = Readonly<Partial<Record<string, readonly string[]>>>

const EXTRA = 'impersonate-extra-'

/** The user that the `Impersonate-…` headers name. @throws Refusal 400 when they name everything but a user */
export function wantedUser(headers: DistinctHeaders): User | undefined {
  const name = headers['impersonate-user']?.[0]
  const groups = headers['impersonate-group'] ?? []
  const uid = headers['impersonate-uid']?.[0]
  const extra = Object.fromEntries(
    Object.entries(headers).flatMap(([header, values]) =>
      header.startsWith(EXTRA) ? [[decoded(header.slice(EXTRA.length)), values ?? []]] : [],
    ),
  )
  const hasExtra = Object.keys(extra).length > 0
  if (!name) {
    if (groups.length === 0 && uid === undefined && !hasExtra) return undefined
    throw badRequest('requested impersonation of a group, uid or extra without impersonating a user name')
  }
  return { name, ...(uid ? { uid } : {}), groups, ...(hasExtra ? { extra } : {}) }
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    // A stray percent sign is meant as it stands.
    return key
  }
}

/**
 * The user for whom a request is made that names one. First the ways that are bound to what the request does (`impersonate-on:…`, on by default
 * since Kubernetes 1.36), then plain `impersonate`. The first refusal is the one that is told, as on the real server.
 * @throws Refusal 403
 */
export function impersonated(attributes: Attributes, wanted: User, authorizer: Authorizer): User {
  let refused: Refusal | undefined
  for (const way of waysTo(wanted)) {
    const refusal = refusalOf(way, attributes, wanted, authorizer)
    if (refusal === undefined) return withImpliedGroups(wanted, way)
    refused ??= refusal
  }
  throw refused!
}

interface Way {
  readonly verb: string
  /** Undefined: by plain `impersonate`, whatever the request does. */
  readonly mode: string | undefined
  readonly group: string
}

const LEGACY: Way = { verb: 'impersonate', mode: undefined, group: '' }
const bound = (mode: string): Way => ({ verb: `impersonate:${mode}`, mode, group: 'authentication.k8s.io' })

const NODE = /^system:node:(.+)$/

function waysTo({ name, uid, groups, extra }: User): readonly Way[] {
  const isNameAlone = uid === undefined && groups.length === 0 && extra === undefined
  if (NODE.test(name)) return isNameAlone ? [bound('arbitrary-node'), LEGACY] : [LEGACY]
  if (serviceAccountOf(name) !== undefined) return isNameAlone ? [bound('serviceaccount'), LEGACY] : [LEGACY]
  return [bound('user-info'), LEGACY]
}

function refusalOf(way: Way, attributes: Attributes, wanted: User, authorizer: Authorizer): Refusal | undefined {
  const denied = (asked: Attributes): Refusal | undefined => {
    const { allowed, reason } = authorizer.decide(asked)
    return allowed ? undefined : forbiddenRequest(asked, reason)
  }
  if (way.mode !== undefined) {
    const refusal = denied({ ...attributes, verb: `impersonate-on:${way.mode}:${attributes.verb}` })
    if (refusal !== undefined) return refusal
  }
  for (const asked of identityChecks(way, attributes.user, wanted)) {
    // The group that may do everything is beyond what can be bound to a request.
    const isBeyond = way.mode !== undefined && asked.resource === 'groups' && (asked.name === MASTERS || asked.name === '')
    const refusal = isBeyond
      ? forbiddenRequest(asked, `impersonating the ${asked.name === '' ? 'empty string' : asked.name} group is not allowed`)
      : denied(asked)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Each part of the identity needs a right of its own. */
function identityChecks({ verb, mode, group }: Way, user: User, wanted: User): readonly ResourceAttributes[] {
  const common = { is: 'resource', user, verb, version: 'v1', subresource: '', namespace: '' } as const
  const node = mode === undefined ? undefined : NODE.exec(wanted.name)?.[1]
  const account = serviceAccountOf(wanted.name)
  const identity: ResourceAttributes =
    account !== undefined
      ? { ...common, group, resource: 'serviceaccounts', ...account }
      : node !== undefined
        ? { ...common, group, resource: 'nodes', name: node }
        : { ...common, group, resource: 'users', name: wanted.name }
  return [
    identity,
    ...(wanted.uid === undefined ? [] : [{ ...common, group: 'authentication.k8s.io', resource: 'uids', name: wanted.uid }]),
    ...wanted.groups.map((name) => ({ ...common, group, resource: 'groups', name })),
    ...Object.entries(wanted.extra ?? {}).flatMap(([subresource, values]) =>
      values.map((name) => ({ ...common, group: 'authentication.k8s.io', resource: 'userextras', subresource, name })),
    ),
  ]
}

function withImpliedGroups(wanted: User, { mode }: Way): User {
  const account = serviceAccountOf(wanted.name)
  const given =
    wanted.groups.length > 0
      ? wanted.groups
      : account !== undefined
        ? serviceAccountGroups(account.namespace)
        : mode === 'arbitrary-node'
          ? ['system:nodes']
          : []
  if (given.includes(UNAUTHENTICATED)) return { ...wanted, groups: given }
  const implied = wanted.name === 'system:anonymous' ? UNAUTHENTICATED : AUTHENTICATED
  return { ...wanted, groups: given.includes(implied) ? given : [...given, implied] }
}
