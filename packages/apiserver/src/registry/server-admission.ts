import type { DynamicObject } from '@kubewright/core'
import type { StoredResource } from './resource.ts'
import type { Draft } from './strategy.ts'

/** A write to an object itself, and to none of its parts. */
export interface ServerWrite {
  readonly resource: StoredResource
  /** Undefined for the cluster's own. */
  readonly namespace: string | undefined
  /** Absent for what is new. */
  readonly old: DynamicObject | undefined
  /** Takes what the client is to be told beside the answer. */
  readonly warn: (text: string) => void
  /** Takes what is to stand in the audit log. */
  readonly annotate: (key: string, value: string) => void
}

/** What the server itself makes of writes, and which it refuses by other objects of the cluster; whoever writes, its own controllers too. In one tick. */
export interface ServerAdmission {
  /** Whether there is anything to say about writes to the resource. */
  concerns(resource: StoredResource): boolean
  /** Whether it may change what is to be written: where not, nothing is copied for it. */
  changes(resource: StoredResource): boolean
  /** Changes what is to be written, before anybody else sees it. @throws Refusal */
  admit(write: ServerWrite, draft: Draft): void
  /** Of what is complete and valid. @throws Refusal */
  validate(write: ServerWrite, object: DynamicObject): void
  /** The last word, when all others have spoken. @returns what is to be done as soon as the object is stored @throws Refusal */
  charge(write: ServerWrite, object: DynamicObject): () => void
}

/** Nothing is made of writes, and nothing is refused. */
export const NO_SERVER_ADMISSION: ServerAdmission = {
  concerns: () => false,
  changes: () => false,
  admit: () => {},
  validate: () => {},
  charge: () => () => {},
}
