import type { CacheIndex, ReconcileContext } from 'kubewright'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { yieldToElder } from '../reconcile/elder.ts'
import { keyOf, reachable, targetOf } from '../reconcile/reference.ts'

const BY_BUCKET: CacheIndex<BucketPolicy> = {
  name: 's3/bucketPolicy',
  valuesOf: (policy) => [keyOf(targetOf(policy.spec.bucketRef, policy))],
}

/** A bucket has one policy. @throws Blocked for all but the oldest */
export function claim({ object, cache }: Pick<ReconcileContext<BucketPolicy>, 'object' | 'cache'>): void {
  const target = targetOf(object.spec.bucketRef, object)
  const rivals = cache
    .list(BucketPolicy, { by: { index: BY_BUCKET, value: keyOf(target) } })
    .filter((other) => reachable(Bucket, other.spec.bucketRef, other, { cache }))
  yieldToElder(object, rivals, (elder) => `the policy of Bucket "${target.name}" is that of BucketPolicy ${elder}`)
}
