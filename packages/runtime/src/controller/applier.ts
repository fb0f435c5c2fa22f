import { createHash } from 'node:crypto'
import type { Client } from '@kubewright/client'
import { compareResourceVersions, describeKind, isApiError, isResourceVersion, type KubeObject, kindOf, objectKey } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import { appliedFields } from './applied-fields.ts'
import type { ApplyOptions } from './context.ts'
import { type FieldConflict, FieldConflictError } from './errors.ts'
import { intentOf, partFor } from './intent.ts'
import { isApplied } from './intent-match.ts'
import { asUntyped } from './untyped-patch.ts'

/** Where the applier sees how an object is. */
export interface LiveView {
  readonly informer: Informer<KubeObject>
  readonly metadataOnly: boolean
  /** Whether it shows who has applied what. */
  readonly ownership: boolean
}

export interface ApplierOptions {
  readonly fieldManager: string
  /** The view of a kind (as `describeKind` writes it), if the controller has one that shows every object it may apply. */
  readonly viewOf: (kind: string) => LiveView | undefined
  /** Hears of every object that an apply made or changed, as the server answered it. */
  readonly sent?: (child: KubeObject, owner: KubeObject, view: LiveView) => void
}

export interface ApplyCall {
  /** The reconciled object. */
  readonly owner: KubeObject
  readonly client: Client
  readonly signal: AbortSignal
}

/** The intent that was sent, and what it came to. */
interface Sent {
  readonly intent: string
  readonly result: string
  readonly resourceVersion: string
}

/**
 * Server-side apply that is silent in the steady state: nothing is sent when the cached object has all that is wanted and the server says that
 * this controller owns that and nothing else. That holds after a restart too. Where the server keeps a value in another form than it was sent
 * (`1h0m0s` for `1h`), one request per change finds out, and what came back is remembered.
 */
export class Applier {
  readonly #options: ApplierOptions
  /** By object, and by subresource of it. */
  readonly #sent = new Map<string, Map<string, Sent>>()

  constructor(options: ApplierOptions) {
    this.#options = options
  }

  /** @throws FieldConflictError, TerminalError when the kind has no such fields, ApiError */
  async apply<O extends KubeObject>(object: O, options: ApplyOptions, { owner, client, signal }: ApplyCall): Promise<O> {
    const { subresource, own = subresource === undefined, force = true } = options
    const { fieldManager } = this.#options
    const kind = kindOf(object)
    const resource = await client.resource<O>(kind, { signal })
    const view = this.#options.viewOf(describeKind(kind))
    const owned = intentOf(owner, object, { own, namespaced: resource.type.namespaced })
    const intent = partFor(own ? labelled(owned, view) : owned, subresource)
    const { name = '', namespace } = intent.metadata
    const live = view?.informer.get(name, namespace) as O | undefined
    if (view !== undefined && live !== undefined && this.#isSo(live, intent, view, subresource)) return live
    try {
      const result = await resource.patch(
        { name, namespace },
        { type: 'apply', body: intent, force },
        { fieldManager, signal, ...(subresource === undefined ? {} : { subresource }) },
      )
      if (view !== undefined) {
        this.#remember(result, intent, view, subresource)
        if (own) this.#options.sent?.(result, owner, view)
      }
      return result
    } catch (error) {
      const what = `${describeKind(kind)} "${objectKey(intent)}"`
      throw asUntyped(error, what) ?? asFieldConflict(error, what)
    }
  }

  /** The object is gone: what was sent for it means nothing any more. */
  forget(object: KubeObject): void {
    this.#sent.delete(idOf(object))
  }

  #isSo(live: KubeObject, intent: KubeObject, view: LiveView, subresource: string | undefined): boolean {
    const sent = this.#sent.get(idOf(intent))?.get(subresource ?? '')
    // Older than what was sent last, it may show what that has overwritten.
    if (sent !== undefined && isBehind(view, live, sent)) return false
    const owned = appliedFields(live, { fieldManager: this.#options.fieldManager, subresource })
    if (!view.metadataOnly && owned !== undefined && isApplied(live, intent, owned, kindOf(intent))) return true
    return sent !== undefined && sent.intent === hashOf(intent) && sent.result === this.#resultOf(live, intent, view, subresource)
  }

  #remember(result: KubeObject, intent: KubeObject, view: LiveView, subresource: string | undefined): void {
    const id = idOf(intent)
    const parts = this.#sent.get(id) ?? new Map<string, Sent>()
    this.#sent.set(id, parts)
    const { resourceVersion = '' } = result.metadata
    parts.set(subresource ?? '', { intent: hashOf(intent), result: this.#resultOf(result, intent, view, subresource), resourceVersion })
  }

  /** What the intent has come to in this object: the values at its fields, and who has applied what. */
  #resultOf(object: KubeObject, intent: KubeObject, { metadataOnly, ownership }: LiveView, subresource: string | undefined): string {
    const fields = !ownership ? undefined : appliedFields(object, { fieldManager: this.#options.fieldManager, subresource })
    const { metadata } = object
    // Of the content nothing is seen but that the server counts its changes.
    if (metadataOnly) return hashOf([metadata.uid, metadata.generation, valuesAt(metadata, intent.metadata), fields])
    return hashOf([metadata.uid, valuesAt(object, intent), fields])
  }
}

/** With what makes it visible to the replica that works on its owner, from the beginning. */
function labelled<O extends KubeObject>(intent: O, view: LiveView | undefined): O {
  const labels = view?.ownership ? view.informer.labelsFor?.(intent) : undefined
  return labels === undefined ? intent : { ...intent, metadata: { ...intent.metadata, labels: { ...intent.metadata.labels, ...labels } } }
}

function isBehind({ informer }: LiveView, { metadata }: KubeObject, { resourceVersion }: Sent): boolean {
  const { resourceVersion: held = '', namespace } = metadata
  if (!isResourceVersion(held) || !isResourceVersion(resourceVersion)) return false
  return compareResourceVersions(held, resourceVersion) < 0 && !informer.reached(resourceVersion, namespace)
}

const idOf = (object: KubeObject) => `${describeKind(kindOf(object))} ${objectKey(object)}`

const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64')

/** The object's values where the intent has any; lists whole. */
function valuesAt(object: unknown, intent: unknown): unknown {
  if (typeof intent !== 'object' || intent === null || Array.isArray(intent)) return object ?? null
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return object ?? null
  const live = object as Readonly<Record<string, unknown>>
  return Object.entries(intent).map(([key, wanted]) => [key, valuesAt(Object.hasOwn(live, key) ? live[key] : undefined, wanted)])
}

/** `conflict with "kubectl" using apps/v1`, once per field. */
function asFieldConflict(error: unknown, what: string): unknown {
  if (!isApiError(error) || error.code !== 409) return error
  const conflicts = (error.status.details?.causes ?? []).flatMap(({ reason, message = '', field = '' }): FieldConflict[] =>
    reason === 'FieldManagerConflict' ? [{ field, manager: message.replace(/^conflict with /, '') }] : [],
  )
  return conflicts.length === 0 ? error : new FieldConflictError(what, conflicts, { cause: error })
}
