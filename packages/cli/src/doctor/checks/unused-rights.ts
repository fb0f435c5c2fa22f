import { isForbidden } from '@kubewright/core'
import type { PolicyRule } from '@kubewright/schema'
import type { Check, DoctorContext } from '../context.ts'
import { type Finding, outcomeOf } from '../finding.ts'
import { resourceName, type Subject } from '../subject.ts'
import { describeRight, type Right, rightsOf } from './rights.ts'

/** What every identity may do, by the roles that a cluster begins with. */
const EVERYBODY: readonly PolicyRule[] = [
  { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], verbs: ['create'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  { apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['get', 'list', 'watch'] },
]

const matches = (allowed: string, asked: string): boolean => allowed === '*' || allowed === asked

function covers(rule: Right, right: Right): boolean {
  return (
    matches(rule.verb, right.verb) &&
    matches(rule.group, right.group) &&
    matches(rule.resource, right.resource) &&
    (rule.name === undefined || rule.name === right.name)
  )
}

/** What is granted and nobody has a use for. */
export function unusedRights(granted: readonly PolicyRule[], used: readonly PolicyRule[]): readonly Right[] {
  const uses = rightsOf([...used, ...EVERYBODY])
  const seen = new Set<string>()
  return rightsOf(granted).filter((right) => {
    const key = JSON.stringify(right)
    if (seen.has(key)) return false
    seen.add(key)
    return !uses.some((use) => covers(use, right))
  })
}

const isEverything = ({ verb, group, resource }: Right): boolean => verb === '*' && group === '*' && resource === '*'

/** So many are named: a role of another program may have hundreds. */
const NAMED = 12

export function unusedFindings(subject: Subject, user: string, unused: readonly Right[]): readonly Finding[] {
  if (unused.length === 0) return []
  if (unused.some(isEverything)) {
    const problem = 'it may do everything: it has cluster-admin, or the API server asks nobody (no RBAC)'
    return [{ level: 'warning', object: user, problem, mend: `bind it to the roles of "${subject.printing('rbac')}" alone` }]
  }
  const named = unused.slice(0, NAMED).map(describeRight).join(', ')
  const more = unused.length > NAMED ? ` and ${unused.length - NAMED} more` : ''
  return [
    {
      level: 'warning',
      object: user,
      problem: `may do what ${subject.name} has no use for: ${named}${more}`,
      mend: `bind it to the roles of "${subject.printing('rbac')}" alone`,
    },
  ]
}

interface RulesReview {
  readonly status: { readonly resourceRules: readonly PolicyRule[]; readonly incomplete?: boolean }
}

/** `undefined`: there is no such ServiceAccount. */
async function grantedTo(
  subject: Subject,
  user: string,
  { client, namespace, signal }: DoctorContext,
): Promise<RulesReview['status'] | undefined> {
  const found = await client.request<{ readonly items: readonly unknown[] }>('GET', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    signal,
    query: { fieldSelector: `metadata.name=${resourceName(subject)}` },
  })
  if (found.items.length === 0) return undefined
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  const review = await client
    .impersonate({ user, groups })
    .request<RulesReview>('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { body, signal })
  return review.status
}

export const unusedRbac: Check = {
  name: 'unused rights',
  about: 'what each program’s ServiceAccount may do and the program never does (SelfSubjectRulesReview as that account)',
  async run(context) {
    const findings: Finding[] = []
    const looked: string[] = []
    for (const subject of context.subjects) {
      const user = `system:serviceaccount:${context.namespace}:${resourceName(subject)}`
      try {
        const granted = await grantedTo(subject, user, context)
        if (granted === undefined) continue
        looked.push(`${user}${granted.incomplete === true ? ' (as far as the cluster’s authorizer tells)' : ''}`)
        findings.push(
          ...unusedFindings(
            subject,
            user,
            unusedRights(granted.resourceRules, [...subject.needed.flatMap(({ rules }) => rules), ...subject.useful]),
          ),
        )
      } catch (error) {
        if (!isForbidden(error)) throw error
        return { is: 'skipped', why: `you may not act as ${user}: ${error.message}` }
      }
    }
    if (looked.length === 0) return { is: 'skipped', why: `no ServiceAccount of the programs is in the namespace ${context.namespace}` }
    return outcomeOf(findings, looked.join(', '))
  },
}
