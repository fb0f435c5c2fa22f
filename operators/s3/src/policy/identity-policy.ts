import type { Json } from '../canonical/json.ts'
import { type PolicySpec, wirePolicy } from '../canonical/policy-spec.ts'
import { Blocked } from '../reconcile/blocked.ts'

/**
 * A policy of IAM, of a user or a managed one, as it is sent.
 * @throws PolicyError when no server could take it; Blocked when it has placeholders, which stand for something in policies of buckets only
 */
export function identityPolicy(spec: PolicySpec, what = 'the policy'): Readonly<Record<string, Json>> {
  const wire = wirePolicy(spec)
  if (wire.is === 'waiting')
    throw new Blocked('PolicyInvalid', `${what} has placeholders, which only policies of buckets have: ${wire.for.join(', ')}`)
  return wire.policy
}
