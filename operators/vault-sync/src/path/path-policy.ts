import { matchesGlob } from './glob.ts'
import type { Place } from './placement.ts'

/** Which namespaces may have which paths. */
export interface PathRule {
  /** A name, or the beginning of names followed by `*`. */
  readonly namespaces: string
  /** `MOUNT/PATTERN`; `*` in place of the mount stands for any. `*` in a segment is any part of it, `**` at the end one segment or more. */
  readonly path: string
}

export interface PolicyScope {
  readonly cluster: string
  readonly namespace: string
}

/** Isolates tenants without a line of configuration. */
export function defaultRules(clusterName: string): readonly PathRule[] {
  return [{ namespaces: '*', path: clusterName === '' ? '*/{{namespace}}/**' : '*/{{cluster}}/{{namespace}}/**' }]
}

/** `NAMESPACES=MOUNT/PATTERN`. @throws Error with what is wrong */
export function parseRule(text: string): PathRule {
  const at = text.indexOf('=')
  const [namespaces, path] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at < 1 || path === '') throw new Error(`"${text}" is no rule: write NAMESPACES=MOUNT/PATTERN, such as team-*=secret/{{namespace}}/**`)
  if (!/^(\*|[a-z0-9]([-a-z0-9]*)\*?)$/.test(namespaces)) throw new Error(`"${text}": the namespaces must be a name, NAME*, or *`)
  const segments = path.split('/')
  if (segments.length < 2) throw new Error(`"${text}": the path names a mount and nothing in it`)
  if (segments.slice(0, -1).includes('**')) throw new Error(`"${text}": "**" may stand at the end only`)
  const unknown = [...path.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].find(([, name]) => name !== 'cluster' && name !== 'namespace')
  if (unknown !== undefined) throw new Error(`"${text}": {{${unknown[1]}}} is neither {{cluster}} nor {{namespace}}`)
  if (/[{}]/.test(path.replaceAll(/\{\{\s*(cluster|namespace)\s*\}\}/g, ''))) throw new Error(`"${text}": a brace stands alone`)
  return { namespaces, path }
}

/** Whether the namespace may write there. */
export function isAllowed(rules: readonly PathRule[], scope: PolicyScope, place: Place): boolean {
  return rules.some((rule) => matchesGlob(rule.namespaces, scope.namespace) && matches(patternFor(rule, scope), place))
}

/** What the namespace may have, for messages. */
export function allowedPatterns(rules: readonly PathRule[], scope: PolicyScope): readonly string[] {
  return rules.filter((rule) => matchesGlob(rule.namespaces, scope.namespace)).map((rule) => patternFor(rule, scope))
}

function patternFor({ path }: PathRule, { cluster, namespace }: PolicyScope): string {
  return path.replaceAll(/\{\{\s*cluster\s*\}\}/g, cluster).replaceAll(/\{\{\s*namespace\s*\}\}/g, namespace)
}

function matches(pattern: string, { mount, rest }: Place): boolean {
  const segments = pattern.split('/')
  // A mount's name can have slashes in it, and "any mount" is any of them.
  const wanted = segments[0] === '*' ? ['*', ...segments.slice(1)] : segments
  const given = segments[0] === '*' ? ['mount', ...rest.split('/')] : [...mount.split('/'), ...rest.split('/')]
  return (
    wanted.every((segment, at) => {
      if (segment === '**') return given.length > at
      return given[at] !== undefined && matchesGlob(segment, given[at])
    }) &&
    (wanted.at(-1) === '**' || wanted.length === given.length)
  )
}
