import { type DynamicObject, messageOf } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import type { Fields } from '../registry/fields.ts'
import { apiVersionOfResource, prepared, type StoredResource, served, toStored } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import { DecodeError } from '../registry/typed-form.ts'
import { internalError } from '../status/index.ts'
import type { ReviewedRequest, ReviewForm } from './reviewed-request.ts'

/** A resource in which an object of the request can be shown to a webhook, and read again as the webhook changed it. */
export interface Equivalent {
  readonly form: ReviewForm
  /** Undefined for what is no object of a resource: a Scale. */
  readonly resource: StoredResource | undefined
  show(object: DynamicObject): Promise<DynamicObject>
  /** @throws Refusal 500 for what is no object of the kind */
  read(changed: Fields): Promise<DynamicObject>
}

/** What is the same object under another name: the other versions of a custom resource, the other API of events. */
export class Equivalents {
  private readonly catalog: Catalog
  private readonly complete: (resource: StoredResource, object: DynamicObject) => DynamicObject

  /** `complete` fills the defaults of a resource's objects. */
  constructor(catalog: Catalog, complete: (resource: StoredResource, object: DynamicObject) => DynamicObject) {
    this.catalog = catalog
    this.complete = complete
  }

  /** As the request has it. */
  own({ resource, form }: ReviewedRequest): Equivalent {
    const isOther = form.kind !== resource.kind
    return {
      form,
      resource: isOther ? undefined : resource,
      show: async (object) => object,
      // A Scale is no object of the resource: what it means is checked where it is applied.
      read: async (changed) => (isOther ? (changed as DynamicObject) : this.readAs(resource, changed)),
    }
  }

  others({ resource, form }: ReviewedRequest): readonly Equivalent[] {
    if (form.kind !== resource.kind) return []
    return this.catalog
      .stored()
      .filter((each) => each !== resource && each.storage.table === resource.storage.table)
      .map((other) => ({
        resource: other,
        form: {
          group: other.group,
          version: other.version,
          kind: other.kind,
          resourceGroup: other.group,
          resourceVersion: other.version,
          resource: other.plural,
        },
        show: (object) => converted(object, resource, other),
        read: async (changed) => this.readAs(resource, (await converted(this.readAs(other, changed), other, resource)) as Fields),
      }))
  }

  private readAs(resource: StoredResource, changed: Fields): DynamicObject {
    const typed = { ...changed, kind: resource.kind, apiVersion: apiVersionOfResource(resource) }
    try {
      return this.complete(resource, resource.read(typed).value as DynamicObject)
    } catch (error) {
      if (error instanceof DecodeError) throw internalError(messageOf(error))
      throw error
    }
  }
}

async function converted(object: DynamicObject, from: StoredResource, to: StoredResource): Promise<DynamicObject> {
  // What a conversion has waited for is known by the object itself, and not by a copy of it.
  const typed = { ...object, apiVersion: apiVersionOfResource(from) }
  await inTime(prepared(from, [typed], 'stored'))
  const stored = toStored(from, typed)
  await inTime(prepared(to, [stored], 'served'))
  return served(to, stored)
}
