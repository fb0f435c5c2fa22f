import type { DynamicObject } from '@kubewright/core'
import { apiVersionOfResource } from '../registry/resource.ts'
import type { ReviewedObjects } from './admission-review.ts'
import type { Equivalent } from './equivalents.ts'

/** The objects of a write as who is asked about it sees them: in the form that it asked for, with their type. */
export async function shownIn(form: Equivalent, { object, old }: ReviewedObjects): Promise<ReviewedObjects> {
  return {
    object: object && withType(await form.show(object), form),
    old: old && withType(await form.show(old), form),
  }
}

const withType = (object: DynamicObject, { form }: Equivalent): DynamicObject => {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object
  return { kind: form.kind, apiVersion: apiVersionOfResource(form), ...rest }
}
