import { type Client, controllerOf, isNotFound, type Kind, type KubeObject, type WebhookDefinition, webhooks } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import { Provider } from '../kinds/provider.ts'
import type { Reference } from '../kinds/reference.ts'
import { User } from '../kinds/user.ts'
import { consents, targetOf } from '../reconcile/reference.ts'
import {
  accessKeyObjections,
  bucketObjections,
  bucketPolicyObjections,
  iamPolicyObjections,
  type Objection,
  userObjections,
} from './objections.ts'

/** What is wrong already keeps nobody from changing labels, nor this operator from removing its finalizer. */
const CHANGED = { name: 'spec-changed', expression: 'oldObject == null || object.spec != oldObject.spec' }

/** Where it is asked what stands at the other end of a reference: at the server, as replicas that do not lead have no cache of it. */
interface Lookup {
  readonly client: Client
  readonly signal: AbortSignal
}

/**
 * Tells the author at once what the reconcile would say in the status. Nothing hangs on it: what a Provider does not allow is not written to the
 * server either, so that objects are let pass while nobody answers.
 */
function hooksOn<T extends KubeObject>(
  kind: Kind<T>,
  objections: (object: T, lookup: Lookup) => Promise<readonly Objection[]>,
): WebhookDefinition {
  return webhooks<T>(kind, {
    name: `s3-${kind.kind.toLowerCase()}`,
    failurePolicy: 'Ignore',
    timeout: '5s',
    matchConditions: [CHANGED],
    async validate({ object, errors, client, signal }) {
      // Made by this operator for a Bucket, whose author was told. A refusal would be told to nobody.
      if (controllerOf(object)?.kind === Bucket.kind) return
      for (const { field, is, message } of await objections(object, { client, signal })) errors[is](field, message)
    },
  })
}

const ofProvider =
  <T extends KubeObject & { readonly spec: { readonly providerRef: Reference } }>(
    objections: (object: T, provider: Provider | undefined) => readonly Objection[],
  ) =>
  async (object: T, lookup: Lookup) =>
    objections(object, await found(Provider, object.spec.providerRef, object, lookup))

export const s3Hooks: readonly WebhookDefinition[] = [
  hooksOn(Bucket, ofProvider(bucketObjections)),
  hooksOn(User, ofProvider(userObjections)),
  hooksOn(IAMPolicy, ofProvider(iamPolicyObjections)),
  hooksOn(AccessKey, ofProvider(accessKeyObjections)),
  hooksOn(BucketPolicy, async (policy, lookup) => {
    const bucket = await found(Bucket, policy.spec.bucketRef, policy, lookup)
    const provider = bucket && (await found(Provider, bucket.spec.providerRef, bucket, lookup))
    return bucketPolicyObjections(policy, provider && { name: bucket.spec.name, provider })
  }),
]

/** What is referred to. One that comes later, or does not consent, is no mistake in what refers to it: the status tells of that. */
async function found<T extends KubeObject>(
  kind: Kind<T>,
  reference: Reference,
  from: KubeObject,
  { client, signal }: Lookup,
): Promise<T | undefined> {
  try {
    const object = await (await client.resource(kind, { signal })).get(targetOf(reference, from), { signal })
    return consents(object, from.metadata.namespace) ? object : undefined
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
