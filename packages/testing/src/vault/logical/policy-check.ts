import type { Capability, PolicyRule } from './policy-document.ts'

/**
 * What the rules allow at a path: those of the one most specific pattern, joined over all policies; a `deny` among them is all there is.
 * @returns an empty set when no pattern fits
 */
export function capabilitiesAt(rules: readonly PolicyRule[], path: string): ReadonlySet<Capability> {
  const fitting = rules.filter((rule) => fits(rule.path, path))
  const best = fitting.reduce<string | undefined>(
    (found, { path: pattern }) => (found === undefined || moreSpecific(pattern, found) ? pattern : found),
    undefined,
  )
  const granted = new Set(fitting.filter(({ path: pattern }) => pattern === best).flatMap(({ capabilities }) => capabilities))
  return granted.has('deny') ? new Set(['deny']) : granted
}

export function fits(pattern: string, path: string): boolean {
  const open = pattern.endsWith('*')
  const wanted = (open ? pattern.slice(0, -1) : pattern).split('/')
  const given = path.split('/')
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((segment, index) => {
    if (segment === '+') return true
    if (open && index === wanted.length - 1) return given[index]!.startsWith(segment)
    return segment === given[index]
  })
}

/** Vault's order: a later first wildcard wins, then no `*` at the end, then fewer `+`, then the longer, then the greater in the alphabet. An exact path is first of all. */
function moreSpecific(a: string, b: string): boolean {
  const first = (pattern: string) => {
    const at = pattern.search(/\+|\*$/)
    return at === -1 ? Number.POSITIVE_INFINITY : at
  }
  const keys = (pattern: string): readonly number[] => [
    first(pattern),
    pattern.endsWith('*') ? 0 : 1,
    -pattern.split('/').filter((segment) => segment === '+').length,
    pattern.length,
  ]
  const [left, right] = [keys(a), keys(b)]
  for (const [index, key] of left.entries()) if (key !== right[index]) return key > right[index]!
  return a > b
}

/** Whether some capability but `deny` exists at or below a prefix: what reading about a mount takes. */
export function anythingBelow(rules: readonly PolicyRule[], prefix: string): boolean {
  return rules.some(({ path, capabilities }) => {
    if (capabilities.length === 0 || capabilities.includes('deny')) return false
    const stem = path.replace(/\*$/, '').split('+')[0]!
    return stem.startsWith(prefix) || (path.endsWith('*') && prefix.startsWith(stem)) || (path.includes('+') && prefix.startsWith(stem))
  })
}

/** Part of every token that does not ask for the opposite. */
export const DEFAULT_POLICY = `
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
path "sys/renew" { capabilities = ["update"] }
path "sys/leases/renew" { capabilities = ["update"] }
path "sys/leases/lookup" { capabilities = ["update"] }
path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
path "sys/wrapping/lookup" { capabilities = ["update"] }
path "sys/wrapping/unwrap" { capabilities = ["update"] }
path "identity/oidc/provider/+/authorize" { capabilities = ["read", "update"] }
path "sys/tools/hash" { capabilities = ["update"] }
path "sys/tools/hash/*" { capabilities = ["update"] }
`
