import type { GroupVersionKind } from '@kubewright/core'
import { builtinTypes, type Field, type MessageType, type TypeTable } from './type-table.ts'

/**
 * Kinds that client-go registers in every group-version (`metav1.AddToGroupVersion`): a client may send them under any of them,
 * e.g. `apps/v1 DeleteOptions`.
 */
const META_KINDS = new Set([
  'DeleteOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
  'GetOptions',
  'ListOptions',
  'WatchEvent',
  'Status',
])

/** The Go type of a built-in kind: `core/v1.Pod` for Pod of v1. */
export function kindOfType(kind: GroupVersionKind): string | undefined {
  return kindType(kind)?.name
}

export function kindType(kind: GroupVersionKind, table: TypeTable = builtinTypes()): MessageType | undefined {
  const home = table.packages.get(`${kind.group}/${kind.version}`)
  const own = home && table.types.get(`${home.name}.${kind.kind}`)
  if (own?.is === 'message' && own.scope !== undefined) return own
  return META_KINDS.has(kind.kind) ? messageType(`meta/v1.${kind.kind}`, table) : undefined
}

/** @throws Error when the table, which is generated whole, lacks the message. */
export function messageType(name: string, table: TypeTable = builtinTypes()): MessageType {
  const type = table.types.get(name)
  if (type?.is !== 'message') throw new Error(`the table of built-in types has no message ${name}`)
  return type
}

/** Every JSON field of a message, those of inlined messages among them. */
export function* jsonFields(type: MessageType, table: TypeTable = builtinTypes()): Iterable<Field & { readonly json: string }> {
  for (const field of type.fields) {
    if (field.json !== undefined) yield { ...field, json: field.json }
    else yield* jsonFields(inlinedType(field, table), table)
  }
}

/** The message that stands inline, behind a pointer or not. */
export function inlinedType(field: Field, table: TypeTable = builtinTypes()): MessageType {
  const type = field.type.is === 'pointer' ? field.type.element : field.type
  if (type.is !== 'named') throw new Error('the table of built-in types inlines something that is no message')
  return messageType(type.name, table)
}
