import type { Recorder } from './recorder.ts'
import type { Clients, S3UnderTest } from './server-under-test.ts'

export interface Stage {
  readonly record: Recorder
  readonly clients: Clients
  readonly server: S3UnderTest
  /** A name that no other run uses. */
  readonly name: (what: string) => string
}

/** A sequence of calls whose answers are noted under the titles of the recordings. */
export type Scene = (stage: Stage) => Promise<void>
