import { isNotFound, type Kind, type KubeObject, type ReconcileContext, Secret } from 'kubewright'
import { ALLOW_FROM } from '../kinds/group.ts'
import type { Reference } from '../kinds/reference.ts'
import { Blocked } from './blocked.ts'

export type Place = Pick<ReconcileContext<KubeObject>, 'cache' | 'client' | 'signal'>

/** Where a reference leads. */
export const targetOf = ({ name, namespace }: Reference, from: KubeObject) => ({ name, namespace: namespace ?? from.metadata.namespace })

type Target = ReturnType<typeof targetOf>

export const keyOf = ({ name, namespace = '' }: Target): string => `${namespace}/${name}`

/** Whether objects of a namespace may refer to this object of another one. */
export function consents({ metadata }: KubeObject, namespace: string | undefined): boolean {
  if (metadata.namespace === namespace) return true
  const allowed = (metadata.annotations?.[ALLOW_FROM] ?? '').split(',').map((text) => text.trim())
  return allowed.includes('*') || (namespace !== undefined && allowed.includes(namespace))
}

/** The object that is referred to. @throws Blocked when it is not there, or does not consent */
export function follow<T extends KubeObject>(kind: Kind<T>, reference: Reference, from: KubeObject, place: Pick<Place, 'cache'>): T {
  // The same words in both cases: who may not use it need not learn that it exists.
  const found = reachable(kind, reference, from, place)
  if (found === undefined) throw missing(kind.kind, targetOf(reference, from), from)
  return found
}

/** The object that is referred to, if it is there and consents. */
export function reachable<T extends KubeObject>(
  kind: Kind<T>,
  reference: Reference,
  from: KubeObject,
  { cache }: Pick<Place, 'cache'>,
): T | undefined {
  const found = cache.get(kind, targetOf(reference, from))
  return found !== undefined && consents(found, from.metadata.namespace) ? found : undefined
}

/** A Secret, read at the server: none is kept in memory but those that are in use. @throws Blocked */
export async function followSecret(
  reference: Reference,
  from: KubeObject,
  { client, signal }: Pick<Place, 'client' | 'signal'>,
): Promise<Secret> {
  const target = targetOf(reference, from)
  const secrets = await client.resource(Secret, { signal })
  const found = await secrets.get(target, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (found === undefined || !consents(found, from.metadata.namespace)) throw missing('Secret', target, from)
  return found
}

/** What is referred to anywhere in our kinds. */
type Referred = 'Provider' | 'Bucket' | 'User' | 'IAMPolicy' | 'Secret'

function missing(kind: string, target: { readonly name: string; readonly namespace?: string | undefined }, from: KubeObject): Blocked {
  const consent = target.namespace === from.metadata.namespace ? '' : `, or does not allow it by the annotation ${ALLOW_FROM}`
  return new Blocked(`${kind as Referred}NotFound`, `${kind} "${target.namespace ?? ''}/${target.name}" is not there${consent}`, 30_000)
}
