import type { ReconcileContext } from 'kubewright'
import { isSamePolicy } from '../canonical/policy.ts'
import { wirePolicy } from '../canonical/policy-spec.ts'
import { requireAllowedPolicy } from '../constraints/policy-constraints.ts'
import type { Identity } from '../gateway/identity.ts'
import type { AccessKey, AccessKeySpec } from '../kinds/access-key.ts'
import type { Provider } from '../kinds/provider.ts'
import { Blocked } from '../reconcile/blocked.ts'

/** Keeps the inline policy of the key's own on the user, if the provider lets its author grant it. @throws Blocked, PolicyError */
export async function keyPolicy(
  { object, status, signal }: ReconcileContext<AccessKey>,
  provider: Provider,
  identity: Identity,
  userName: string,
): Promise<void> {
  const { policy } = object.spec
  const name = `key-${object.metadata.name}`
  if (policy === undefined) {
    if (status.policyName === undefined) return
    await identity.deleteInlinePolicy(userName, status.policyName, signal)
    status.policyName = undefined
    return
  }
  const wire = wirePolicy(policy as NonNullable<AccessKeySpec['policy']>)
  if (wire.is === 'waiting')
    throw new Blocked('PolicyInvalid', `the policy has placeholders, which only policies of buckets have: ${wire.for.join(', ')}`)
  requireAllowedPolicy(provider, object.metadata.namespace, wire.policy)
  if (!isSamePolicy(wire.policy, await identity.inlinePolicy(userName, name, signal)))
    await identity.putInlinePolicy(userName, name, JSON.stringify(wire.policy), signal)
  status.policyName = name
}
