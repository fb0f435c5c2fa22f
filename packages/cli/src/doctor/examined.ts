import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import type { Outcome } from './finding.ts'

/** One thing that was looked at, and what came of it. */
export interface ExaminedCheck {
  readonly check: string
  readonly outcome: Outcome
}

/** What an operator has at hand when it looks at what is outside of the cluster. */
export interface ExaminationContext {
  /** Of the cluster, with the rights of whoever examines. */
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
}
