import { capabilitiesAt } from './policy-check.ts'
import type { Capability, PolicyRule } from './policy-document.ts'
import type { Realms } from './realms.ts'
import type { Token } from './tokens.ts'

/** These need `sudo` beside their ordinary capability. */
const SUDO = [
  /^sys\/(?:seal|step-down|rotate|raw.*)$/,
  /^sys\/(?:audit|auth)(?:\/.*)?$/,
  /^auth\/token\/(?:accessors|create-orphan)\/?$/,
  /^sys\/storage\/raft\/snapshot-auto.*$/,
]

/** A token's rules as they apply in a namespace: a token of a namespace sees the ones below it under their names. */
export function rulesOf(token: Token, namespace: string, realms: Realms): PolicyRule[] {
  const rules = realms.get(token.namespace)?.rules(token.policies) ?? []
  if (token.namespace === namespace) return rules
  const below = token.namespace === '' ? `${namespace}/` : `${namespace.slice(token.namespace.length + 1)}/`
  return rules
    .filter(({ path }) => path.startsWith(below) || path.startsWith('+/'))
    .map((rule) => ({ ...rule, path: rule.path.startsWith(below) ? rule.path.slice(below.length) : rule.path.slice(2) }))
}

/** Whether a token may do this there. */
export function isAllowed(token: Token, namespace: string, path: string, capability: Capability, realms: Realms): boolean {
  const inside = token.namespace === namespace || token.namespace === '' || namespace.startsWith(`${token.namespace}/`)
  if (!inside) return false
  if (token.policies.includes('root')) return true
  const rules = rulesOf(token, namespace, realms)
  const bare = path.replace(/\/+$/, '')
  const granted = [path, ...(capability === 'list' ? [bare, `${bare}/`] : [])].map((each) => capabilitiesAt(rules, each))
  if (granted.some((each) => each.has('deny'))) return false
  const allowed = granted.some((each) => each.has(capability))
  return allowed && (!SUDO.some((pattern) => pattern.test(path)) || granted.some((each) => each.has('sudo')))
}
