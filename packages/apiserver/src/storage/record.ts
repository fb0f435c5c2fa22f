import type { DynamicObject } from '@kubewright/core'

/** One write, as it goes into a journal and comes out again. */
export type WriteRecord = StoredObject | RemovedObject

interface Place {
  /** The table. */
  readonly resource: string
  readonly key: string
  readonly revision: number
}

export interface StoredObject extends Place {
  readonly object: DynamicObject
}

export interface RemovedObject extends Place {
  readonly object?: never
}

/** Whether a value that was read from somewhere is a record. */
export function isWriteRecord(value: unknown): value is WriteRecord {
  const { resource, key, revision, object } = value as { readonly [K in keyof StoredObject]?: unknown }
  return (
    typeof resource === 'string' &&
    typeof key === 'string' &&
    typeof revision === 'number' &&
    ['undefined', 'object'].includes(typeof object)
  )
}
