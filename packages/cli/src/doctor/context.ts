import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import type { Outcome } from './finding.ts'
import type { Subject } from './subject.ts'

/** What every check has at hand. */
export interface DoctorContext {
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly subjects: readonly Subject[]
  /** Where the programs run. */
  readonly namespace: string
  /** Where they work; empty: everywhere. */
  readonly watched: readonly string[]
  /** The server's time now, in ms since the epoch, as far as it is known: other machines wrote what is compared with it. */
  readonly serverNow: () => number
  /** What the server has warned of since the last call. */
  readonly takeWarnings: () => readonly string[]
}

export interface Check {
  readonly name: string
  /** What it looks at, in a line for the docs. */
  readonly about: string
  /** @throws ApiError: a refusal makes the check a skipped one, anything else a finding */
  run(context: DoctorContext): Promise<Outcome>
}
