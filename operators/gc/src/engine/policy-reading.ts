import { InvalidObjectError, messageOf } from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { type PolicyDefaults, readPolicy } from '../policy/policy.ts'

/** What stands in for the fields that a policy of an older schema may lack, so that its problem can be told. */
const UNREADABLE: Policy['spec'] = {
  targetResource: { apiVersion: '', kind: '' },
  ttl: {},
  behavior: { batchSize: 1, dryRun: false, propagationPolicy: 'Background', owned: 'Keep' },
  action: 'Delete',
  priority: 0,
  paused: false,
}

/** The policy with every default filled in, and what it comes to: compiled, or what is wrong with it. Whatever a server may send is readable afterwards. */
export function readObserved(
  observed: Policy,
  defaults: PolicyDefaults,
): { readonly policy: Policy; readonly reading: ReturnType<typeof readPolicy> } {
  try {
    const policy =
      observed.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy.parse(observed) : ClusterGarbageCollectionPolicy.parse(observed)
    return { policy, reading: readPolicy(policy, defaults) }
  } catch (error) {
    if (!(error instanceof InvalidObjectError)) throw error
    // What does not fit the schema (an older CRD let it in) is not acted upon; its status still needs a readable policy.
    const spec = { ...UNREADABLE, ...(observed.spec as Partial<Policy['spec']>) }
    return { policy: { ...observed, spec }, reading: { problem: { reason: 'InvalidSpec', message: messageOf(error) } } }
  }
}
