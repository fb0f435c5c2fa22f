import { type Cache, type Client, type InformerScope, isKindNotFound, type KubeObject, messageOf } from 'kubewright'
import type { PolicyProblem, Target } from '../policy/policy.ts'
import { type Held, heldKeys } from './held.ts'

/** Told about every object of a target, one call after the other. */
export interface TargetHandler {
  /** `before`: as it was told the last time, as far as the watch keeps that. */
  seen(object: KubeObject, before?: KubeObject): void
  /** It is no longer in the target: deleted, or no longer selected. As far as the watch keeps it. */
  left(object: KubeObject): void
  /** Another watch shows the target now, and others beside it: open the target anew, and give this watch back then. */
  outgrown?(): void
  /** The policy's name. */
  readonly policy: string
  /** All policies that have been shown the object, and have not heard yet that it left: of those that share a watch. */
  shown(uid: string): Iterable<string>
}

/** A share of a watch. */
export interface TargetWatch {
  /** Resolves when every object there was has been told. */
  readonly synced: Promise<void>
  /** What keeps the watch from the server now. */
  problem(): PolicyProblem | undefined
  readonly held: Held
  /** No call comes after this one. */
  close(): void
  /** Resolves when the watch has really stopped, if this was its last user. */
  release(): Promise<void>
}

/** Where targets are watched: the manager's shared cache, one watch for equal targets. */
export interface TargetSource {
  open(target: Target, handler: TargetHandler): Promise<TargetWatch>
}

export function cacheSource(cache: Cache, client: Client): TargetSource {
  return {
    async open(target, handler) {
      const lease = await cache.informer<KubeObject>(target.kind, scopeOf(target))
      const { informer } = lease
      const closing = new AbortController()
      // Of what another policy has been shown before, the informer has but the keys.
      let missed = false
      const subscription = informer.subscribe({
        add: (object, { keyOnly = false }) => {
          if (keyOnly) missed = true
          else handler.seen(object)
        },
        update: (old, object) => {
          // Deleted and made anew between two lists: to the informer one name, to us two objects.
          const another = old.metadata.uid !== object.metadata.uid
          if (another) handler.left(old)
          if (another) handler.seen(object)
          else handler.seen(object, old)
        },
        delete: (object) => handler.left(object),
      })
      const held: Held =
        target.keep === 'keys'
          ? heldKeys(client, (object) => isSame(informer.get(object.metadata.name ?? '', object.metadata.namespace), object))
          : { is: 'objects', all: () => informer.list(), get: (name, namespace) => informer.get(name, namespace) }
      const read = async () => {
        await subscription.synced
        if (missed && held.is === 'keys') await held.read(target, (object) => handler.seen(object), closing.signal)
      }
      const synced = read()
      // Whoever wants to know waits for it; who closes the watch before does not.
      synced.catch(() => undefined)
      return {
        synced,
        problem: () => problemOf(informer.liveness.failure),
        held,
        close: () => {
          closing.abort(new Error('the watch is closed'))
          subscription.close()
        },
        release: () => lease.release(),
      }
    },
  }
}

export function isSame(one: KubeObject | undefined, other: KubeObject): boolean {
  return one?.metadata.uid === other.metadata.uid && one?.metadata.resourceVersion === other.metadata.resourceVersion
}

function scopeOf({ namespace, labelSelector, fieldSelector, metadataOnly, keep }: Target): InformerScope {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== '' && { labelSelector }),
    ...(fieldSelector !== '' && { fieldSelector }),
    metadataOnly,
    keep,
  }
}

function problemOf(failure: { readonly kind: string; readonly message: string } | undefined): PolicyProblem | undefined {
  switch (failure?.kind) {
    case 'denied':
      return {
        reason: 'Forbidden',
        message: `the operator may not list or watch the target: grant it get, list, watch and delete. The server says: ${failure.message}`,
      }
    case 'absent':
      return { reason: 'UnknownKind', message: `the server no longer serves the target kind: ${failure.message}` }
    case undefined:
      return undefined
    default:
      return { reason: 'Unavailable', message: `the target cannot be watched at the moment, and is tried again: ${failure!.message}` }
  }
}

export function problemOfError(error: unknown, target: Target): PolicyProblem {
  const message = messageOf(error)
  if (isKindNotFound(error)) return { reason: 'UnknownKind', message: `spec.targetResource: ${message}` }
  return { reason: 'Unavailable', message: `${target.kind.kind} cannot be looked up at the moment, and is tried again: ${message}` }
}
