import type { ConditionStatus } from 'kubewright'
import type { SourceFailure } from '../keys/source.ts'
import type { PodStatus } from '../kinds/vault-unsealer.ts'
import type { Node } from '../machine/model.ts'
import type { Absentee, Member } from '../members/member.ts'
import type { Reason } from '../reasons.ts'

/** A node that is looked after. */
export interface NodeView {
  readonly member: Member
  readonly node: Node
  /** Wall clock, ms. */
  readonly since: number
}

/** Everything that the status is made of. */
export interface Snapshot {
  readonly namespace: string
  readonly nodes: readonly NodeView[]
  readonly absentees: readonly Absentee[]
  /** What of the nodes may not be looked after. */
  readonly refused: readonly string[]
  /** Nodes that an older VaultUnsealer looks after, with its name. */
  readonly conflicts: readonly { readonly node: string; readonly with: string }[]
  readonly keys: {
    readonly loaded: number
    readonly set: string
    readonly proven: readonly string[]
    readonly problems: readonly { readonly why: SourceFailure; readonly message: string }[]
  }
  readonly clusterId: string | undefined
  /** Why shares may travel where strangers can have them. */
  readonly insecure: string | undefined
  readonly previous: readonly PodStatus[]
}

export interface ConditionReport {
  readonly type: string
  readonly status: ConditionStatus
  readonly reason: Reason
  readonly message: string
}
