import { canonicalPolicy } from '../canonical/policy.ts'
import type { Provider } from '../kinds/provider.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { covers, filled } from './pattern.ts'

type Constraints = Provider['spec']['policyConstraints']
type Constrained = Pick<Provider, 'metadata' | 'spec'>

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: Readonly<Record<string, readonly string[]>>
  readonly NotPrincipal?: unknown
  readonly Action?: readonly string[]
  readonly NotAction?: unknown
  readonly Resource?: readonly string[]
  readonly NotResource?: unknown
}

/**
 * What a policy grants that its author may not grant, with the mend. A Deny takes away, and is everybody's.
 * @param namespace the author's
 */
export function excessOf(policy: unknown, constraints: NonNullable<Constraints>, namespace: string): readonly string[] {
  const statements = ((canonicalPolicy(policy) as { readonly Statement?: readonly Statement[] } | undefined)?.Statement ?? []).filter(
    ({ Effect }) => Effect === 'Allow',
  )
  const lacking = (field: 'actions' | 'resources' | 'principals', asked: readonly string[]) =>
    asked.filter((each) => !isCovered(constraints[field], each, namespace, field === 'actions')).map((each) => `${field}: ${each}`)
  const problems = statements.flatMap(({ Principal = {}, Action = [], Resource = [], ...rest }) => [
    ...(['NotAction', 'NotResource', 'NotPrincipal'] as const)
      .filter((field) => rest[field] !== undefined)
      .map((field) => `${field}: an Allow with it grants all that it does not name`),
    ...lacking('actions', Action),
    ...lacking('resources', Resource),
    ...lacking('principals', Object.values(Principal).flat()),
  ])
  return [...new Set(problems)]
}

const isCovered = (patterns: readonly string[], asked: string, namespace: string, foldsCase = false): boolean =>
  patterns.some((pattern) => {
    const allowed = filled(pattern, namespace)
    return covers(foldsCase ? allowed.toLowerCase() : allowed, asked)
  })

/** @throws Blocked when the policy grants more than the Provider lets its users grant */
export function requireAllowedPolicy({ spec, metadata }: Constrained, namespace: string | undefined, policy: unknown): void {
  if (spec.policyConstraints === undefined) return
  refuse(excessOf(policy, spec.policyConstraints, namespace ?? ''), 'the policy grants', metadata.name)
}

/** What a user is given without a policy of its own. @throws Blocked */
export function requireAllowedMemberships(
  { spec, metadata }: Constrained,
  namespace: string | undefined,
  {
    policyARNs = [],
    groups = [],
  }: { readonly policyARNs?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined },
): void {
  const { policyConstraints } = spec
  if (policyConstraints === undefined) return
  const isOutside = (patterns: readonly string[]) => (asked: string) => !isCovered(patterns, asked, namespace ?? '')
  refuse(
    [
      ...policyARNs.filter(isOutside(policyConstraints.policyARNs)).map((arn) => `policyARNs: ${arn}`),
      ...groups.filter(isOutside(policyConstraints.groups)).map((group) => `groups: ${group}`),
    ],
    'the user would have',
    metadata.name,
  )
}

type Named = 'buckets' | 'users' | 'policies'

/** Whoever may name a bucket, a user or a policy may take it over, and delete it. */
export function isAllowedName({ spec }: Constrained, kind: Named, namespace: string | undefined, name: string): boolean {
  const patterns = spec.nameConstraints?.[kind]
  return patterns === undefined || isCovered(patterns, name, namespace ?? '')
}

/** @throws Blocked when {@link isAllowedName} says no */
export function requireAllowedName(provider: Constrained, kind: Named, namespace: string | undefined, name: string): void {
  if (isAllowedName(provider, kind, namespace, name)) return
  const { spec, metadata } = provider
  const patterns = spec.nameConstraints?.[kind] ?? []
  throw new Blocked(
    'NotAllowed',
    `Provider "${metadata.name ?? ''}" does not allow the name "${name}" here: its nameConstraints.${kind} are ${patterns.map((pattern) => filled(pattern, namespace ?? '')).join(', ')}`,
  )
}

/** As many as a condition tells. */
const SHOWN = 5

function refuse(problems: readonly string[], what: string, provider: string | undefined): void {
  if (problems.length === 0) return
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : ''
  throw new Blocked(
    'NotAllowed',
    `${what} what the policyConstraints of Provider "${provider ?? ''}" do not allow: ${problems.slice(0, SHOWN).join('; ')}${more}`,
  )
}
