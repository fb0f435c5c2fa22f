import type { KubeObject } from 'kubewright'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import type { Reference } from '../kinds/reference.ts'
import type { User } from '../kinds/user.ts'
import { identityPolicy } from '../policy/identity-policy.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { follow, type Place } from '../reconcile/reference.ts'

/** The inline policies that a user is to have, by name. None is made up: a user without a policy may do nothing. @throws PolicyError */
export function inlinePoliciesOf({ spec }: User): ReadonlyMap<string, object> {
  const given = [
    ...(spec.policy === undefined ? [] : [{ name: `${spec.name}-policy`, policy: spec.policy }]),
    ...(spec.inlinePolicies ?? []),
  ]
  return new Map(given.map(({ name, policy }) => [name, identityPolicy(policy, `the policy "${name}"`)]))
}

/** The IAMPolicies that a user is to have. */
export const policyRefsOf = ({ spec: { policyRef, policyRefs = [] } }: User): readonly Reference[] => [
  ...(policyRef === undefined ? [] : [policyRef]),
  ...policyRefs,
]

/** The ARNs of the managed policies that a user is to have. @throws Blocked while one of them is not there */
export function attachmentsOf(user: User, place: Pick<Place, 'cache'>): readonly string[] {
  const { policyARNs = [] } = user.spec
  const referred = policyRefsOf(user).map((reference) => {
    const policy = follow(IAMPolicy, reference, user as KubeObject, place)
    const arn = policy.status?.policyArn
    if (arn === undefined) throw new Blocked('PolicyNotReady', `IAMPolicy "${reference.name}" is not on the server yet`, 10_000)
    return arn
  })
  return [...new Set([...referred, ...policyARNs])]
}
