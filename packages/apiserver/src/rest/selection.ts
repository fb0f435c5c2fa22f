import {
  type DynamicObject,
  type FieldSelector,
  isSelectorError,
  type LabelSelector,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '@kubewright/core'
import { type StoredResource, served } from '../registry/resource.ts'
import { badRequest } from '../status/index.ts'
import type { ListOptions } from './options.ts'

/** Whether an object, in its stored form, belongs to a list or watch. */
export type Selection = (object: DynamicObject) => boolean

const everything: Selection = () => true

/** @throws Refusal 400 for a selector that cannot be parsed or names a field that cannot be selected by */
export function selectionOf(
  resource: StoredResource,
  options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
  name?: string,
): Selection {
  const labels = parsed(() => parseLabelSelector(options.labelSelector))
  const fields = parsed(() => parseFieldSelector(options.fieldSelector))
  // Fields are what a client says: `constructor` is none.
  const selectable = new Map(Object.entries(resource.strategy.selectable ?? {}))
  for (const { path } of fields) {
    if (path !== 'metadata.name' && path !== 'metadata.namespace' && !selectable.has(path)) throw badRequest(unknownField(resource, path))
  }
  if (labels.length === 0 && fields.length === 0 && name === undefined) return everything
  // A field of a custom resource may have got its value only by a later default.
  const isConverted = resource.conversion?.prepare !== undefined || resource.custom !== undefined
  return (object) =>
    (name === undefined || object.metadata.name === name) &&
    matchesLabels(labels, object.metadata.labels) &&
    (fields.length === 0 || matchesFieldsOf(isConverted ? served(resource, object) : object, fields, selectable))
}

function matchesFieldsOf(
  object: DynamicObject,
  fields: FieldSelector,
  selectable: ReadonlyMap<string, (object: DynamicObject) => string | undefined>,
): boolean {
  return matchesFields(fields, (path) => {
    if (path === 'metadata.name') return object.metadata.name
    if (path === 'metadata.namespace') return object.metadata.namespace ?? ''
    return selectable.get(path)?.(object)
  })
}

function unknownField({ strategy, custom, kind, group, version }: StoredResource, path: string): string {
  if (kind === 'Job') return `field label ${JSON.stringify(path)} not supported for Job`
  if (kind === 'ResourceSlice') return `field label not supported for ${group}/${version}, Kind=${kind}: ${path}`
  if (strategy.selectable !== undefined || custom !== undefined) return `field label not supported: ${path}`
  return `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}

function parsed<T extends LabelSelector | FieldSelector>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!isSelectorError(error)) throw error
    throw badRequest(error.reason)
  }
}
