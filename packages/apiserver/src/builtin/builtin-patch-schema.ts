import type { GroupVersionKind, PatchProperty, PatchSchema } from '@kubewright/core'
import { jsonFields, kindType, messageType } from './kind-type.ts'
import { builtinTypes, type Field, type MessageType, type TypeRef } from './type-table.ts'

/** How a strategic merge patch of a built-in kind merges. */
export function patchSchemaOf(kind: GroupVersionKind): PatchSchema | undefined {
  const type = kindType(kind)
  return type && messagePatchSchema(type)
}

function messagePatchSchema(type: MessageType): PatchSchema {
  let properties: ReadonlyMap<string, PatchProperty> | undefined
  return {
    property(key) {
      properties ??= new Map([...jsonFields(type)].map((field) => [field.json, patchProperty(field)]))
      return properties.get(key)
    },
  }
}

function patchProperty(field: Field): PatchProperty {
  // "retainKeys" asks for nothing here: clients that mean it send `$retainKeys`, which is obeyed wherever it stands.
  const strategies = field.patchStrategy?.split(',') ?? []
  const strategy = strategies.includes('merge') ? 'merge' : strategies.includes('replace') ? 'replace' : undefined
  const schema = refPatchSchema(field.type)
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(field.patchMergeKey === undefined ? {} : { mergeKey: field.patchMergeKey }),
    ...(schema === undefined ? {} : { schema }),
  }
}

function refPatchSchema(ref: TypeRef): PatchSchema | undefined {
  switch (ref.is) {
    case 'basic':
      return undefined
    case 'named':
      return builtinTypes().types.get(ref.name)?.is === 'message' ? messagePatchSchema(messageType(ref.name)) : undefined
    case 'map': {
      const schema = refPatchSchema(ref.element)
      return schema && { property: () => ({ schema }) }
    }
    default:
      return refPatchSchema(ref.element)
  }
}
