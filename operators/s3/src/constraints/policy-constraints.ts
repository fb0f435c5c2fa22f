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

/** What is said of a policy that grants more than the Provider lets its users grant. `undefined`: it does not. */
export function policyProblem({ spec, metadata }: Constrained, namespace: string | undefined, policy: unknown): string | undefined {
  if (spec.policyConstraints === undefined) return undefined
  return told(excessOf(policy, spec.policyConstraints, namespace ?? ''), 'the policy grants', metadata.name)
}

/** The same of what a user is given without a policy of its own. */
export function membershipProblem(
  { spec, metadata }: Constrained,
  namespace: string | undefined,
  {
    policyARNs = [],
    groups = [],
  }: { readonly policyARNs?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined },
): string | undefined {
  const { policyConstraints } = spec
  if (policyConstraints === undefined) return undefined
  const isOutside = (patterns: readonly string[]) => (asked: string) => !isCovered(patterns, asked, namespace ?? '')
  return told(
    [
      ...policyARNs.filter(isOutside(policyConstraints.policyARNs)).map((arn) => `policyARNs: ${arn}`),
      ...groups.filter(isOutside(policyConstraints.groups)).map((group) => `groups: ${group}`),
    ],
    'the user would have',
    metadata.name,
  )
}

/** The same of the role in whose name a server copies what is in a bucket: it may read and write more than the bucket's author. */
export function roleProblem({ spec, metadata }: Constrained, namespace: string | undefined, role: string | undefined): string | undefined {
  const { policyConstraints } = spec
  if (policyConstraints === undefined || role === undefined || isCovered(policyConstraints.roles, role, namespace ?? '')) return undefined
  return told([`roles: ${role}`], 'the replication would have', metadata.name)
}

type Named = 'buckets' | 'users' | 'policies'

/** Whoever may name a bucket, a user or a policy may take it over, and delete it. `undefined`: the name is allowed. */
export function nameProblem({ spec, metadata }: Constrained, kind: Named, namespace: string | undefined, name: string): string | undefined {
  const patterns = spec.nameConstraints?.[kind]
  if (patterns === undefined || isCovered(patterns, name, namespace ?? '')) return undefined
  const shown = patterns.map((pattern) => filled(pattern, namespace ?? '')).join(', ')
  return `Provider "${metadata.name ?? ''}" does not allow the name "${name}" here: its nameConstraints.${kind} are ${shown}`
}

/** @throws Blocked with the first of the problems */
export function requireAllowed(...problems: readonly (string | undefined)[]): void {
  const [first] = problems.filter((each) => each !== undefined)
  if (first !== undefined) throw new Blocked('NotAllowed', first)
}

/** As many as a condition tells. */
const SHOWN = 5

function told(problems: readonly string[], what: string, provider: string | undefined): string | undefined {
  if (problems.length === 0) return undefined
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : ''
  return `${what} what the policyConstraints of Provider "${provider ?? ''}" do not allow: ${problems.slice(0, SHOWN).join('; ')}${more}`
}
