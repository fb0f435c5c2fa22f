import type { ReconcileContext } from 'kubewright'
import { isSamePolicy } from '../canonical/policy.ts'
import { policyProblem, requireAllowed } from '../constraints/policy-constraints.ts'
import type { Identity } from '../gateway/identity.ts'
import type { AccessKey, AccessKeySpec } from '../kinds/access-key.ts'
import type { Provider } from '../kinds/provider.ts'
import { identityPolicy } from '../policy/identity-policy.ts'

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
  const wanted = identityPolicy(policy as NonNullable<AccessKeySpec['policy']>)
  requireAllowed(policyProblem(provider, object.metadata.namespace, wanted))
  if (!isSamePolicy(wanted, await identity.inlinePolicy(userName, name, signal)))
    await identity.putInlinePolicy(userName, name, JSON.stringify(wanted), signal)
  status.policyName = name
}
