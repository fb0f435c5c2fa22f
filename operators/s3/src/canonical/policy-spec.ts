import type { Json } from './json.ts'
import { canonicalPolicy, PolicyError } from './policy.ts'

/** A policy as our kinds have it. */
export interface PolicySpec {
  readonly version: string
  readonly id?: string
  readonly statement: readonly StatementSpec[]
}

interface StatementSpec {
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  readonly principal?: unknown
  readonly notPrincipal?: unknown
  readonly action?: unknown
  readonly notAction?: unknown
  readonly resource?: unknown
  readonly notResource?: unknown
  readonly condition?: unknown
}

/** What a placeholder stands for; `undefined` when that is not known yet. */
export type Substitute = (name: string) => string | undefined

export type WirePolicy =
  | { readonly is: 'ready'; readonly policy: Readonly<Record<string, Json>> }
  /** A policy with a hole would grant something else: it waits. */
  | { readonly is: 'waiting'; readonly for: readonly string[] }

/** Ours, and none of IAM's own, which have a colon inside: ${aws:username}. */
const PLACEHOLDER = /\$\{(bucketArn|userArn:[^}]+)\}/g

/**
 * The policy as it is sent: in the order in which it was written, with placeholders filled in.
 * @throws PolicyError when the server could not take it, whatever it is
 */
export function wirePolicy(spec: PolicySpec, substitute: Substitute = () => undefined): WirePolicy {
  const missing = new Set<string>()
  const fill = (value: unknown): Json => {
    if (typeof value === 'string')
      return value.replaceAll(PLACEHOLDER, (whole, name: string) => {
        const text = substitute(name)
        if (text === undefined) missing.add(name)
        return text ?? whole
      })
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]))
    return value as Json
  }
  const statements = spec.statement.map((statement): Json => {
    checkStatement(statement)
    const fields: readonly (readonly [string, unknown])[] = [
      ['Sid', statement.sid],
      ['Effect', statement.effect],
      // People have written ARNs alone here, and S3 takes only "*" as a text.
      ['Principal', awsPrincipal(statement.principal)],
      ['NotPrincipal', awsPrincipal(statement.notPrincipal)],
      ['Action', statement.action],
      ['NotAction', statement.notAction],
      ['Resource', statement.resource],
      ['NotResource', statement.notResource],
      ['Condition', statement.condition],
    ]
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined).map(([key, value]) => [key, fill(value)]))
  })
  const policy = { Version: spec.version, ...(spec.id !== undefined && { Id: spec.id }), Statement: statements }
  if (missing.size > 0) return { is: 'waiting', for: [...missing] }
  // Refuses what is neither a text nor a list of texts.
  canonicalPolicy(policy)
  return { is: 'ready', policy }
}

const awsPrincipal = (value: unknown): unknown => (typeof value === 'string' && value !== '*' ? { AWS: value } : value)

function checkStatement(statement: StatementSpec): void {
  const one = (a: unknown, b: unknown, names: string) => {
    if ((a === undefined) === (b === undefined)) throw new PolicyError(`each statement must have ${names}, and not both`)
  }
  one(statement.action, statement.notAction, 'action or notAction')
}

/** What is said of a policy that {@link locksEverybodyOut}. */
export const LOCKOUT_PROBLEM =
  'the policy denies everybody everything, which would keep this operator out too; allowSelfLockout: true takes it all the same'

/** Whether it denies everybody everything, and with that its author too. */
export function locksEverybodyOut(policy: Readonly<Record<string, Json>>): boolean {
  const canonical = canonicalPolicy(policy) as { readonly Statement?: readonly Readonly<Record<string, Json>>[] } | undefined
  return (canonical?.Statement ?? []).some(({ Effect, Principal, NotPrincipal, Action, Condition }) => {
    const everybody = JSON.stringify(Principal) === '{"AWS":["*"]}' && NotPrincipal === undefined
    const everything =
      Array.isArray(Action) &&
      Action.some((action) => ['*', 's3:*', 's3:deletebucketpolicy', 's3:putbucketpolicy'].includes(String(action)))
    return Effect === 'Deny' && everybody && everything && Condition === undefined
  })
}
