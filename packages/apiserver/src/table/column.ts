import type { DynamicObject } from '@kubewright/core'
import { humanAge } from './age.ts'
import { textAt } from './reading.ts'

/** Milliseconds since the epoch: the moment that ages are counted to. */
export type Now = number

/** One column of a kind. `wide` columns have priority 1: kubectl shows them with `-o wide`. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean' | 'date'
  readonly format: '' | 'name'
  readonly wide: boolean
  readonly description: string
  cell(object: DynamicObject, now: Now): unknown
}

type Cell = Column['cell']

export function column(
  name: string,
  cell: Cell,
  options: { readonly type?: Column['type']; readonly wide?: boolean; readonly description?: string } = {},
): Column {
  return { name, type: options.type ?? 'string', format: '', wide: options.wide ?? false, description: options.description ?? '', cell }
}

export const wide = (name: string, cell: Cell): Column => column(name, cell, { wide: true })
export const integer = (name: string, cell: Cell): Column => column(name, cell, { type: 'integer' })

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names'
const AGE_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

export const name: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  wide: false,
  description: NAME_DESCRIPTION,
  cell: (object) => object.metadata.name ?? '',
}

export const age: Column = column('Age', (object, now) => humanAge(object.metadata.creationTimestamp, now), {
  description: AGE_DESCRIPTION,
})

/** The few kinds whose printer never came to show an age. */
export const createdAt: Column = column('Created At', (object) => object.metadata.creationTimestamp ?? null, {
  type: 'date',
  description: AGE_DESCRIPTION,
})

/** The name of an object with a text behind it. */
export function nameWith(suffix: (object: DynamicObject) => string): Column {
  return { ...name, cell: (object) => textAt(object, 'metadata', 'name') + suffix(object) }
}
