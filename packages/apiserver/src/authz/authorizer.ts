import { MASTERS, type User } from '../authn/user.ts'
import { Refusal } from '../status/index.ts'
import type { Attributes } from './attributes.ts'
import type { PolicyRule } from './rbac/rule.ts'

/** Who may do what: everybody everything, or what roles say. */
export type AuthorizationMode = 'AlwaysAllow' | 'RBAC'

export interface Decision {
  readonly allowed: boolean
  /** Why; empty when there is nothing to say. */
  readonly reason: string
}

/** Decides what users may do. */
export interface Authorizer {
  decide(attributes: Attributes): Decision
  /** What a user may do in a namespace, as rules, and what could not be found out. */
  rules(user: User, namespace: string): RuleList
}

export interface RuleList {
  readonly rules: readonly PolicyRule[]
  readonly errors: readonly string[]
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/** Who starts the server may do everything, whatever is bound to whom: nobody can lock themselves out. */
export const privilegedGroup: Authorizer = {
  decide: ({ user }) => ({ allowed: user.groups.includes(MASTERS), reason: '' }),
  rules: () => ({ rules: [], errors: [] }),
}

export const alwaysAllow: Authorizer = {
  decide: () => ({ allowed: true, reason: '' }),
  rules: () => ({ rules: EVERYTHING, errors: [] }),
}

/** The first that allows; where none does, all their reasons. */
export function anyOf(authorizers: readonly Authorizer[]): Authorizer {
  if (authorizers.length === 1) return authorizers[0]!
  return {
    decide(attributes) {
      const reasons: string[] = []
      for (const authorizer of authorizers) {
        const decision = authorizer.decide(attributes)
        if (decision.allowed) return decision
        if (decision.reason !== '') reasons.push(decision.reason)
      }
      return { allowed: false, reason: reasons.join('\n') }
    },
    rules(user, namespace) {
      const lists = authorizers.map((authorizer) => authorizer.rules(user, namespace))
      return { rules: lists.flatMap(({ rules }) => rules), errors: lists.flatMap(({ errors }) => errors) }
    },
  }
}

/** The real server's 403, word for word: people search for it. */
export function forbiddenRequest(attributes: Attributes, reason: string): Refusal {
  const why = reason === '' ? attempt(attributes) : `${attempt(attributes)}: ${reason}`
  if (attributes.is === 'path') return new Refusal(403, 'Forbidden', `forbidden: ${why}`, {})
  const { group, resource, name } = attributes
  const what = group === '' ? resource : `${resource}.${group}`
  return new Refusal(403, 'Forbidden', `${what} ${name === '' ? '' : `${JSON.stringify(name)} `}is forbidden: ${why}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  })
}

function attempt(attributes: Attributes): string {
  const user = JSON.stringify(attributes.user.name)
  if (attributes.is === 'path') return markupFree(`User ${user} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`)
  const { verb, group, resource, subresource, namespace } = attributes
  const what = JSON.stringify(subresource === '' ? resource : `${resource}/${subresource}`)
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  return markupFree(`User ${user} cannot ${verb} resource ${what} in API group ${JSON.stringify(group)} ${where}`)
}

/** Paths come from the client: an error must not look like HTML to a browser. */
const markupFree = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
