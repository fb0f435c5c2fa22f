/** Who makes a request. */
export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** Everyone who has proved an identity is in it; the real server adds it too. */
export const AUTHENTICATED = 'system:authenticated'
export const UNAUTHENTICATED = 'system:unauthenticated'

/** The group that may do everything. */
export const MASTERS = 'system:masters'

export const ANONYMOUS: User = { name: 'system:anonymous', groups: [UNAUTHENTICATED] }

/** Who is asking where nobody could tell. */
export const NOBODY: User = { name: '', groups: [] }

export const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:'

/** The groups of a ServiceAccount, as its token gives them. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
]

/** The ServiceAccount that a user name stands for. */
export function serviceAccountOf(userName: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(userName) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

/** A user as the audit log, and reviews of tokens, of rights and of admission show it. */
export function userInfo({ name, uid, groups, extra }: User): object {
  return {
    ...(name ? { username: name } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 || name ? { groups } : {}),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  }
}
