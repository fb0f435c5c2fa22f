import { AUTHENTICATED, type User } from '../authn/user.ts'
import { badRequest } from '../status/index.ts'

/** The user that a request is made for: its own, or the one it names in `Impersonate-…` headers. @throws Refusal 400 */
export function effectiveUser(user: User, headers: NodeJS.Dict<string[]>): User {
  const name = headers['impersonate-user']?.[0]
  const groups = headers['impersonate-group'] ?? []
  const uid = headers['impersonate-uid']?.[0]
  if (name === undefined) {
    if (groups.length > 0 || uid !== undefined) throw badRequest('requested impersonation of a group or uid without impersonating a user')
    return user
  }
  return { name, ...(uid === undefined ? {} : { uid }), groups: groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED] }
}
