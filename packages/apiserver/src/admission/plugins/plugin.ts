import type { DynamicObject } from '@kubewright/core'
import type { ServerWrite } from '../../registry/server-admission.ts'
import type { Draft } from '../../registry/strategy.ts'
import { forbidden, type Refusal } from '../../status/index.ts'

/** One of the things that kube-apiserver's built-in admission does. */
export interface AdmissionPlugin {
  /** The tables of those objects that it looks at; undefined: all. */
  readonly tables?: readonly string[]
  /** Changes what is to be written. @throws Refusal */
  readonly admit?: (write: ServerWrite, draft: Draft) => void
  /** @throws Refusal */
  readonly validate?: (write: ServerWrite, object: DynamicObject) => void
  /** @returns what is to be done as soon as the object is stored @throws Refusal */
  readonly charge?: (write: ServerWrite, object: DynamicObject) => () => void
}

/** The refusal of a plugin: an object without a name yet goes by what was given of it. */
export function denial({ resource, old }: ServerWrite, { metadata }: Pick<DynamicObject, 'metadata'>, why: string): Refusal {
  return forbidden(resource, old?.metadata.name || metadata.name || metadata.generateName || 'Unknown', why)
}
