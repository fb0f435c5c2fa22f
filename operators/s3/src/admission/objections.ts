import { childrenOf, isAutoManaged } from '../bucket/children.ts'
import { PolicyError } from '../canonical/policy.ts'
import { LOCKOUT_PROBLEM, locksEverybodyOut, type PolicySpec, wirePolicy } from '../canonical/policy-spec.ts'
import { bucketProblems } from '../constraints/bucket-constraints.ts'
import { membershipProblem, nameProblem, policyProblem } from '../constraints/policy-constraints.ts'
import type { AccessKey, AccessKeySpec } from '../kinds/access-key.ts'
import type { Bucket } from '../kinds/bucket.ts'
import type { BucketPolicy } from '../kinds/bucket-policy.ts'
import type { IAMPolicy } from '../kinds/iam-policy.ts'
import type { Provider } from '../kinds/provider.ts'
import type { User } from '../kinds/user.ts'
import { nameOf } from '../policy/iam-policy-presence.ts'
import { identityPolicy } from '../policy/identity-policy.ts'
import { isBlocked } from '../reconcile/blocked.ts'

/** What the reconcile would say of an object, as long as neither it nor its Provider changes. */
export interface Objection {
  readonly field: string
  /** `forbidden`: the Provider does not allow it. */
  readonly is: 'invalid' | 'forbidden'
  readonly message: string
}

/** `undefined`: it is not there yet, and what it allows is not known. */
type MaybeProvider = Provider | undefined

const forbidden = (field: string, problem: string | undefined): readonly Objection[] =>
  problem === undefined ? [] : [{ field, is: 'forbidden', message: problem }]

export function bucketObjections(bucket: Bucket, provider: MaybeProvider): readonly Objection[] {
  if (provider === undefined) return []
  // What is made for the bucket is made in its author's name.
  const user = isAutoManaged(bucket, provider) ? childrenOf(bucket).find((child): child is User => child.kind === 'User') : undefined
  return [
    ...bucketProblems(bucket, provider).flatMap(({ field, problem }) => forbidden(field, problem)),
    ...(user === undefined ? [] : userObjections(user, provider).map((objection) => ({ ...objection, field: 'spec.autoManage' }))),
  ]
}

export function userObjections({ metadata: { namespace }, spec }: User, provider: MaybeProvider): readonly Objection[] {
  const inline = (spec.inlinePolicies ?? []).flatMap(({ policy }, at) =>
    policyObjections(`spec.inlinePolicies[${at}].policy`, policy, namespace, provider),
  )
  return [
    ...(spec.policy === undefined ? [] : policyObjections('spec.policy', spec.policy, namespace, provider)),
    ...inline,
    ...(provider === undefined
      ? []
      : [
          ...forbidden('spec.name', nameProblem(provider, 'users', namespace, spec.name)),
          ...forbidden('spec.policyARNs', membershipProblem(provider, namespace, { policyARNs: spec.policyARNs })),
          ...forbidden('spec.groups', membershipProblem(provider, namespace, { groups: spec.groups })),
        ]),
  ]
}

export function iamPolicyObjections(policy: IAMPolicy, provider: MaybeProvider): readonly Objection[] {
  const { metadata, spec } = policy
  return [
    ...(provider === undefined ? [] : forbidden('spec.name', nameProblem(provider, 'policies', metadata.namespace, nameOf(policy)))),
    ...policyObjections('spec.policy', spec.policy, metadata.namespace, provider),
  ]
}

export function accessKeyObjections({ metadata, spec: { policy } }: AccessKey, provider: MaybeProvider): readonly Objection[] {
  if (policy === undefined) return []
  return policyObjections('spec.policy', policy as NonNullable<AccessKeySpec['policy']>, metadata.namespace, provider)
}

/** @param bucket with its provider; `undefined`: one of the two is not there yet */
export function bucketPolicyObjections(
  { metadata, spec }: BucketPolicy,
  bucket: { readonly name: string; readonly provider: Provider } | undefined,
): readonly Objection[] {
  return understood('spec.policy', () => {
    let namesUsers = false
    const wire = wirePolicy(spec.policy, (placeholder) => {
      if (placeholder === 'bucketArn') return `arn:aws:s3:::${bucket?.name ?? 'bucket'}`
      namesUsers = true
      return 'arn:aws:iam::000000000000:user/placeholder'
    })
    if (wire.is === 'waiting') return []
    if (locksEverybodyOut(wire.policy) && !spec.allowSelfLockout) return [{ field: 'spec.policy', is: 'invalid', message: LOCKOUT_PROBLEM }]
    if (bucket === undefined) return []
    // The ARNs of Users are known when they are on the server: whether they may be named is the reconcile's to say.
    const provider = namesUsers ? withAnyPrincipal(bucket.provider) : bucket.provider
    return forbidden('spec.policy', policyProblem(provider, metadata.namespace, wire.policy))
  })
}

const withAnyPrincipal = ({ metadata, spec }: Provider): Pick<Provider, 'metadata' | 'spec'> => ({
  metadata,
  spec: spec.policyConstraints === undefined ? spec : { ...spec, policyConstraints: { ...spec.policyConstraints, principals: ['*'] } },
})

const policyObjections = (
  field: string,
  policy: PolicySpec,
  namespace: string | undefined,
  provider: MaybeProvider,
): readonly Objection[] =>
  understood(field, () => {
    const wanted = identityPolicy(policy)
    return provider === undefined ? [] : forbidden(field, policyProblem(provider, namespace, wanted))
  })

/** A policy that cannot be understood is an objection too. */
function understood(field: string, objections: () => readonly Objection[]): readonly Objection[] {
  try {
    return objections()
  } catch (error) {
    if (error instanceof PolicyError || isBlocked(error)) return [{ field, is: 'invalid', message: error.message }]
    throw error
  }
}
