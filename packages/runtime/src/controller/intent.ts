import { describeKind, type KubeObject, kindOf, ownerReferenceTo, withOwnerReference } from '@kubewright/core'

export interface IntentPlace {
  readonly own: boolean
  readonly namespaced: boolean
}

/** What is sent: with a namespace, with the owner, without what only a server may say. @throws Error when it cannot be applied for this owner */
export function intentOf<O extends KubeObject>(owner: KubeObject, object: O, { own, namespaced }: IntentPlace): O {
  const where = `apply ${object.kind ?? ''} "${object.metadata.name ?? ''}"`
  if (!object.metadata.name)
    throw new Error(`${where}: it has no metadata.name; an object that is applied needs a name of its own (generateName cannot be applied)`)
  const namespace = namespaced ? (object.metadata.namespace ?? owner.metadata.namespace) : undefined
  if (namespaced && !namespace)
    throw new Error(`${where}: it needs metadata.namespace, for its owner "${owner.metadata.name ?? ''}" has none`)
  if (own && owner.metadata.namespace !== undefined && namespace !== owner.metadata.namespace) {
    throw new Error(
      `${where}: an object in namespace "${owner.metadata.namespace}" cannot own one ${namespace ? `in namespace "${namespace}"` : 'without a namespace'}: the garbage collector would delete it; pass { own: false } and delete it in cleanup`,
    )
  }
  const {
    resourceVersion: _,
    uid: __,
    managedFields: ___,
    creationTimestamp: ____,
    generation: _____,
    namespace: ______,
    ...metadata
  } = object.metadata
  const owned = own ? { ownerReferences: withOwnerReference(metadata.ownerReferences, ownerReferenceTo(owner)) } : {}
  return { ...storedForm(object), metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }), ...owned } }
}

/** Only what belongs to the subresource, and what names the object. */
export function partFor<O extends KubeObject>(intent: O, subresource: string | undefined): O {
  if (subresource !== 'status') return intent
  const { apiVersion, kind, metadata } = intent
  const { name, namespace } = metadata
  const status = 'status' in intent ? { status: intent.status } : {}
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...status } as unknown as O
}

/** `stringData` of a Secret is a way of writing, which no one can read back or own: it goes as the data that it becomes. */
function storedForm<O extends KubeObject>(object: O): O {
  if (describeKind(kindOf(object)) !== 'Secret.v1' || !('stringData' in object)) return object
  const { stringData, ...secret } = object as O & { readonly stringData?: Record<string, string>; readonly data?: Record<string, string> }
  const encoded = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } } as unknown as O
}
