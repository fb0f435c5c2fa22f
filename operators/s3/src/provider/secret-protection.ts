import { isNotFound, type KubeObject, Secret } from 'kubewright'
import { GROUP } from '../kinds/group.ts'
import type { Provider } from '../kinds/provider.ts'
import { type Place, targetOf } from '../reconcile/reference.ts'

/** Keeps credentials as long as something is to be cleaned up with them: the deletion of a namespace takes its Secrets first. */
const finalizerOf = ({ metadata: { uid = '' } }: KubeObject): string => `${GROUP}/provider-${uid}`

/** The Secrets that a provider names. */
export function secretsOf({ spec: { auth, tls } }: Provider): readonly { readonly name: string; readonly namespace?: string }[] {
  const all = [auth.accessKeySecretRef, auth.secretKeySecretRef, auth.sessionTokenSecretRef, tls?.caCertSecretRef]
  const named = all.filter((reference) => reference !== undefined)
  return named.filter(({ name, namespace }, at) => named.findIndex((each) => each.name === name && each.namespace === namespace) === at)
}

export async function protectSecrets(provider: Provider, place: Place): Promise<void> {
  await change(provider, place, (finalizers) =>
    finalizers.includes(finalizerOf(provider)) ? finalizers : [...finalizers, finalizerOf(provider)],
  )
}

export async function releaseSecrets(provider: Provider, place: Place): Promise<void> {
  await change(provider, place, (finalizers) => finalizers.filter((name) => name !== finalizerOf(provider)))
}

async function change(
  provider: Provider,
  { client, signal }: Place,
  next: (finalizers: readonly string[]) => readonly string[],
): Promise<void> {
  const secrets = await client.resource(Secret, { signal })
  for (const reference of secretsOf(provider)) {
    const target = targetOf(reference, provider)
    const secret = await secrets.get(target, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    const before = secret?.metadata.finalizers ?? []
    const after = next(before)
    // One that is being deleted takes no further finalizer.
    if (
      secret === undefined ||
      after.length === before.length ||
      (after.length > before.length && secret.metadata.deletionTimestamp !== undefined)
    )
      continue
    const { uid, resourceVersion } = secret.metadata
    const body = { metadata: { uid, resourceVersion, finalizers: after } }
    await secrets.patch(target, { type: 'merge', body }, { signal, fieldManager: 'provider' })
  }
}
