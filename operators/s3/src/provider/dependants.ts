import type { Cache, KubeObject } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import type { Provider } from '../kinds/provider.ts'
import type { Reference } from '../kinds/reference.ts'
import { User } from '../kinds/user.ts'

/** As many as a status tells. */
const MOST = 20

/** What needs a provider still, as KIND NAMESPACE/NAME. */
export function dependantsOf(provider: Provider, cache: Cache): readonly string[] {
  const isMeant = (reference: Reference | undefined, from: KubeObject) =>
    reference?.name === provider.metadata.name && (reference?.namespace ?? from.metadata.namespace) === provider.metadata.namespace
  const named = [Bucket, User, IAMPolicy, AccessKey].flatMap((kind) =>
    cache
      .list(kind as unknown as typeof Bucket)
      .filter((object) => isMeant(object.spec.providerRef, object))
      .map((object) => `${kind.kind} ${nameOf(object)}`),
  )
  const policies = cache
    .list(BucketPolicy)
    .filter((object) => isMeant(object.status?.provider, { metadata: { namespace: object.metadata.namespace } } as KubeObject))
    .map((object) => `BucketPolicy ${nameOf(object)}`)
  return [...named, ...policies].sort().slice(0, MOST)
}

const nameOf = ({ metadata: { namespace = '', name = '' } }: KubeObject) => `${namespace}/${name}`
