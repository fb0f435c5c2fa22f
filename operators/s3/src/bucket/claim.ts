import type { CacheIndex, ReconcileContext } from 'kubewright'
import { nameProblem } from '../constraints/policy-constraints.ts'
import { Bucket } from '../kinds/bucket.ts'
import { Provider } from '../kinds/provider.ts'
import { yieldToElder } from '../reconcile/elder.ts'
import type { Connected } from '../reconcile/ready-provider.ts'
import { reachable } from '../reconcile/reference.ts'

/** Thousands of buckets are compared with those of their name, and not each with all. */
const BY_NAME: CacheIndex<Bucket> = { name: 's3/bucket', valuesOf: ({ spec }) => [spec.name] }

/** Of objects that mean the same bucket, and may, the oldest has it. @throws Blocked for the others */
export function claim(
  { object, cache }: Pick<ReconcileContext<Bucket>, 'object' | 'cache'>,
  { provider }: Pick<Connected, 'provider'>,
): void {
  const rivals = cache.list(Bucket, { by: { index: BY_NAME, value: object.spec.name } }).filter((other) => {
    const its = reachable(Provider, other.spec.providerRef, other, { cache })
    return (
      its?.spec.endpoint === provider.spec.endpoint && nameProblem(its, 'buckets', other.metadata.namespace, other.spec.name) === undefined
    )
  })
  yieldToElder(object, rivals, (elder) => `the bucket "${object.spec.name}" belongs to Bucket ${elder}: choose another name`)
}
