import type { TlsOptions } from '@kubewright/vault'
import type { InitializationPlan } from '../initialization/plan.ts'
import type { ShareSet } from '../keys/share-set.ts'
import type { UnsealPolicy } from '../machine/model.ts'
import type { Member } from '../members/member.ts'

/** What one VaultUnsealer wants, worked out. */
export interface Settings {
  readonly members: readonly Member[]
  readonly keys: ShareSet
  /** What keeps shares from being known, when there are none. */
  readonly keysMissing: string | undefined
  readonly policy: UnsealPolicy
  readonly secure: boolean
  readonly tls: TlsOptions
  readonly highAvailability: boolean
  readonly clusterId: string | undefined
  readonly dryRun: boolean
  /** How to initialise it, where that is wanted. */
  readonly initialization: InitializationPlan | undefined
  /** Pods that are selected and cannot be asked. */
  readonly absentees: readonly string[]
}

/** What an earlier life of the operator has written down. */
export interface Remembered {
  /** By pod's uid: the set of shares that it has refused for good. */
  readonly rejected: ReadonlyMap<string, string>
  readonly proven: readonly string[]
  /** Of the cluster that was seen before. */
  readonly clusterId: string | undefined
}
