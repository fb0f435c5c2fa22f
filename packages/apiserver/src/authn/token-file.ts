import { ConfigurationError } from '@kubewright/core'
import { AUTHENTICATED, type User } from './user.ts'

/** Static tokens in kube-apiserver's format: lines of `token,user,uid` or `token,user,uid,"group1,group2"`. @throws ConfigurationError naming the line, never the token */
export function parseTokenFile(text: string): ReadonlyMap<string, User> {
  const users = new Map<string, User>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [token, name, uid, groups = ''] = fields(line)
    const where = `token file, line ${index + 1}`
    if (!token || !name || uid === undefined)
      throw new ConfigurationError(`${where}: write token,user,uid and, if there are any, "group1,group2"`)
    if (users.has(token)) throw new ConfigurationError(`${where}: this token stands in an earlier line already`)
    const named = groups.split(',').flatMap((group) => (group.trim() === '' ? [] : [group.trim()]))
    users.set(token, { name, uid, groups: [...named, AUTHENTICATED] })
  }
  return users
}

/** The fields of a CSV line; a field in double quotes may hold commas, and two double quotes in it are one. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '',
  )
}
