import type { StructuralSchema } from '@kubewright/schema'
import { didYouMean } from '../suggestion.ts'

/** What is in an object and not in the schema of its kind, each with what was probably meant. An API server refuses it or drops it, and either is no good in a plan. */
export function unknownFields(schema: StructuralSchema, object: unknown): readonly string[] {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...own } = object as Readonly<Record<string, unknown>>
  return unknownIn(schema, own, '')
}

function unknownIn(schema: StructuralSchema, value: unknown, at: string): readonly string[] {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((item, index) => unknownIn(items, item, `${at}[${index}]`))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => unknownAt(schema, key, field, at === '' ? key : `${at}.${key}`))
}

function unknownAt(schema: StructuralSchema, key: string, field: unknown, path: string): readonly string[] {
  const { properties = {}, additionalProperties } = schema
  const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
  if (known !== undefined) return unknownIn(known, field, path)
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-embedded-resource'] === true
  return isOpen ? [] : [`${path}: there is no such field${didYouMean(key, Object.keys(properties))}`]
}
