// Server-side apply of a few lines: maps merge, lists are replaced, except owner references, which merge by uid as the server has it.
import type { DynamicObject, KubeObject, ManagedFieldsEntry } from '@kubewright/core'

type Fields = Record<string, unknown>
const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
/** What identifies an object is owned by nobody. */
const UNOWNED = new Set(['apiVersion', 'kind', 'name', 'namespace'])

/** The object after `manager` has applied `body` to it. */
export function applied(before: DynamicObject | undefined, body: KubeObject, manager: string, subresource = ''): DynamicObject {
  const entries = before?.metadata.managedFields ?? []
  const isOurs = (entry: ManagedFieldsEntry) => entry.manager === manager && (entry.subresource ?? '') === subresource
  const owned = fieldsOf(body) as Fields
  const earlier = (entries.find(isOurs)?.fieldsV1 ?? {}) as Fields
  const kept = without((before ?? {}) as Fields, earlier, owned)
  const merged = merge(kept, body as unknown as Fields)
  const entry: ManagedFieldsEntry = { manager, operation: 'Apply', fieldsV1: owned, ...(subresource === '' ? {} : { subresource }) }
  const metadata = {
    ...(merged['metadata'] as KubeObject['metadata']),
    managedFields: [...entries.filter((other) => !isOurs(other)), entry],
  }
  return { ...merged, metadata } as DynamicObject
}

function fieldsOf(value: unknown): unknown {
  if (!isMap(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      if (UNOWNED.has(key) || child === undefined) return []
      if (key === 'ownerReferences')
        return [[`f:${key}`, Object.fromEntries((child as Fields[]).map(({ uid }) => [`k:${JSON.stringify({ uid })}`, {}]))]]
      const fields = fieldsOf(child) as Fields
      return key === 'metadata' && Object.keys(fields).length === 0 ? [] : [[`f:${key}`, fields]]
    }),
  )
}

function without(object: Fields, earlier: Fields, owned: Fields): Fields {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const [was, is] = [earlier[`f:${key}`], owned[`f:${key}`]]
      if (!isMap(was)) return [[key, value]]
      if (isMap(value) && Object.keys(was).length > 0) return [[key, without(value, was, isMap(is) ? is : {})]]
      return is === undefined ? [] : [[key, value]]
    }),
  )
}

function merge(before: Fields, body: Fields): Fields {
  const result: Fields = { ...before }
  for (const [key, value] of Object.entries(body)) {
    const old = before[key]
    if (value === undefined) continue
    if (key === 'ownerReferences' && Array.isArray(old)) {
      const uids = new Set((value as Fields[]).map(({ uid }) => uid))
      result[key] = [...old.filter((reference: Fields) => !uids.has(reference['uid'])), ...(value as Fields[])]
    } else result[key] = isMap(value) && isMap(old) ? merge(old, value) : value
  }
  return result
}
