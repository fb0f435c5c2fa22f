import { badRequest } from '../status/index.ts'
import { type StoredResource, storageKey } from './resource.ts'

/** One object of a resource, as a URL names it. */
export interface Target {
  readonly namespace: string | undefined
  readonly name: string
}

export const keyOf = ({ namespace, name }: Target): string => storageKey(namespace, name)

/** What {@link keyOf} was of. */
export function targetOfKey(key: string): Target {
  const at = key.indexOf('/')
  return at < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, at), name: key.slice(at + 1) }
}

/** The namespace an object is written to. @throws Refusal when body and URL disagree */
export function namespaceFor(resource: StoredResource, given: string | undefined, requested: string | undefined): string | undefined {
  // What an object of the whole cluster says of a namespace is dropped, as the real server drops it.
  if (!resource.namespaced) return undefined
  if (given && requested && given !== requested)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return requested ?? given
}
