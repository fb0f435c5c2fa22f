import { type Json, textOf } from './json.ts'
import { asSet, sortedBy } from './order.ts'

/** A policy that cannot be one: the spec has to change. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The meaning of a policy, the same for all spellings of it that servers answer with: a text for a list of one, lists in another order, a principal
 * as account or as ARN of its root, statements in another order. Statements are a multiset. `undefined`: no policy at all.
 * @throws PolicyError when it is none
 */
export function canonicalPolicy(policy: unknown): Json | undefined {
  if (!isFields(policy)) throw new PolicyError('a policy must be a JSON object')
  const given = policy['Statement']
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given]
  if (list.length === 0) return undefined
  const statements = list.map(canonicalStatement)
  return {
    // What the language takes when none is given. 2012 is another language: it has variables.
    Version: typeof policy['Version'] === 'string' ? policy['Version'] : '2008-10-17',
    Id: textOrAbsent(policy['Id']),
    Statement: sortedBy(statements, textOf),
  }
}

function canonicalStatement(statement: unknown): Json {
  if (!isFields(statement)) throw new PolicyError('a statement of a policy must be a JSON object')
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicyError(`the effect of a statement must be Allow or Deny, and is ${JSON.stringify(effect)}`)
  return {
    Sid: textOrAbsent(statement['Sid']),
    Effect: effect,
    Principal: principals(statement['Principal'], 'Principal'),
    NotPrincipal: principals(statement['NotPrincipal'], 'NotPrincipal'),
    // Names of services and actions are not case-sensitive; those of resources are.
    Action: set(statement['Action'], 'Action')?.map((action) => action.toLowerCase()),
    NotAction: set(statement['NotAction'], 'NotAction')?.map((action) => action.toLowerCase()),
    Resource: set(statement['Resource'], 'Resource'),
    NotResource: set(statement['NotResource'], 'NotResource'),
    Condition: conditions(statement['Condition']),
  }
}

const textOrAbsent = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function set(value: unknown, field: string): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (!list.every((item): item is string => typeof item === 'string'))
    throw new PolicyError(`${field} of a statement must be a text or a list of texts`)
  return field.endsWith('Action') ? asSet(list.map((item) => item.toLowerCase())) : asSet(list)
}

/** Names are the author's or the server's: "__proto__" must be one like any other, and not what all objects have in common. */
const dictionary = <V>(): Record<string, V> => Object.create(null) as Record<string, V>

function principals(value: unknown, field: string): Json | undefined {
  if (value === undefined) return undefined
  if (value === '*') return { AWS: ['*'] }
  if (typeof value === 'string') return { AWS: [principal(value)] }
  if (!isFields(value)) throw new PolicyError(`${field} of a statement must be "*", an ARN or an object such as {"AWS": ["arn:…"]}`)
  const kinds = dictionary<Json>()
  for (const [kind, given] of Object.entries(value)) kinds[kind] = asSet((set(given, field) ?? []).map(principal))
  return kinds
}

const ACCOUNT = /^[0-9]{12}$/
/** An account is its root. */
const principal = (text: string): string => (ACCOUNT.test(text) ? `arn:aws:iam::${text}:root` : text)

function conditions(value: unknown): Json | undefined {
  if (value === undefined) return undefined
  if (!isFields(value)) throw new PolicyError('Condition of a statement must be an object')
  const operators = dictionary<Record<string, readonly string[]>>()
  for (const [operator, keys] of Object.entries(value)) {
    if (!isFields(keys)) throw new PolicyError(`the condition ${operator} must be an object`)
    for (const [key, values] of Object.entries(keys)) {
      const texts = (Array.isArray(values) ? values : [values]).map((item: unknown) => scalar(item, key))
      operators[operator.toLowerCase()] ??= dictionary<readonly string[]>()
      const into = operators[operator.toLowerCase()]!
      into[key.toLowerCase()] = asSet([...(into[key.toLowerCase()] ?? []), ...texts])
    }
  }
  return Object.keys(operators).length === 0 ? undefined : operators
}

function scalar(value: unknown, key: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new PolicyError(`the condition on ${key} must have texts, numbers or booleans`)
}

/**
 * A policy as a server returned it: JSON, or percent-encoded JSON, which IAM of AWS and Wasabi send and others do not.
 * @throws PolicyError when it is neither
 */
export function parsePolicy(text: string): unknown {
  const trimmed = text.trim()
  try {
    // Only when all of it is encoded: in a plain policy a percent sign is itself.
    return JSON.parse(/^%7B/i.test(trimmed) ? decodeURIComponent(trimmed) : trimmed) as unknown
  } catch (error) {
    throw new PolicyError('the server returned a policy that is no JSON', { cause: error })
  }
}

/** Whether both grant the same. `undefined`: there is no policy. */
export function isSamePolicy(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((policy) => (policy === undefined ? undefined : canonicalPolicy(policy)))
  return one === undefined || other === undefined ? one === other : textOf(one) === textOf(other)
}
