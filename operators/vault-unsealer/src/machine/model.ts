import type { SealStatus, VaultFailure } from '@kubewright/vault'

/** A key share as people and this machine know it; the bytes stay with who sends them. */
export interface ShareRef {
  /** In the order of the sources, from 1. */
  readonly index: number
  readonly fingerprint: string
  /** The share's place in the split: two of one place cannot be combined. */
  readonly x: number
}

export interface UnsealPolicy {
  readonly foreignProgress: 'Wait' | 'Join' | 'Reset'
  readonly foreignGraceMs: number
  readonly migrate: boolean
  /** Safety net: how long nothing is asked of a node that nothing is heard of. */
  readonly intervalMs: number
  /** Most shares of one attempt. 0: as many as the server wants. */
  readonly keyThreshold: number
  /** Attempts that did not open a node, of one key set, within an hour. */
  readonly attemptsPerHour: number
  /** Whether a node that has never been a member may get shares that have not opened any other. */
  readonly unprovenJoin: 'Wait' | 'Send'
  /** Whether a node without data is told to join the others. */
  readonly raftJoin: boolean
}

/** An open node, which others join. */
export interface LeaderRef {
  readonly name: string
  /** Of its API. */
  readonly address: string
  /** What its certificate is for; `undefined` without TLS. */
  readonly serverName: string | undefined
  /** PEM of the authority of its certificate, where it is not one that everybody knows. */
  readonly ca: string | undefined
}

/** What is known of the cluster beside this node. */
export interface Siblings {
  readonly open: number
  /** One of the open ones. */
  readonly leader: LeaderRef | undefined
  readonly initialized: boolean
  /** Fingerprints of shares that have opened a node. */
  readonly proven: ReadonlySet<string>
}

/** Whether a node without data is the one to be initialised. */
export type Initialization = { readonly is: 'off' } | { readonly is: 'wait'; readonly message: string } | { readonly is: 'may' }

export type Permission = { readonly may: true } | { readonly may: false; readonly reason: HeldReason; readonly message: string }
export type HeldReason = 'Paused' | 'DryRun' | 'OutsideWindow' | 'KeysMissing' | 'ClusterMismatch' | 'OneAtATime'

/** What the machine is told at every step. */
export interface World {
  readonly shares: readonly ShareRef[]
  /** Names this set of shares; another name is another set. */
  readonly keySet: string
  readonly policy: UnsealPolicy
  readonly siblings: Siblings
  readonly permission: Permission
  readonly initialization: Initialization
  /** From 0 to 1. */
  readonly random: number
}

export type Happening =
  | { readonly saw: 'time' }
  /** Something changed around the node: its pod, the shares, the spec. */
  | { readonly saw: 'change' }
  | { readonly saw: 'status'; readonly status: SealStatus }
  | { readonly saw: 'status failed'; readonly failure: VaultFailure }
  | { readonly saw: 'submitted'; readonly status: SealStatus }
  /** This combination of shares does not open it; the node has dropped all of them. */
  | { readonly saw: 'rejected' }
  /** No answer that says whether the share arrived. */
  | { readonly saw: 'unanswered' }
  | { readonly saw: 'submission failed'; readonly failure: VaultFailure }
  /** It has asked to become a member; whether it is one its status says. */
  | { readonly saw: 'joined' }
  | { readonly saw: 'initialized' }
  /** `lost`: it may be initialised, and its shares are nowhere. */
  | { readonly saw: 'initialization failed'; readonly lost: boolean; readonly message: string }
  /** Right before sending it turned out that this is not the node any more. Nothing was sent. */
  | { readonly saw: 'unverified'; readonly message: string }

export type Action =
  | { readonly do: 'check' }
  | { readonly do: 'submit'; readonly share: ShareRef; readonly migrate: boolean }
  | { readonly do: 'reset' }
  | { readonly do: 'join'; readonly leader: LeaderRef }
  | { readonly do: 'initialize' }
  /** Until this time of the monotonic clock, or until something changes. */
  | { readonly do: 'rest'; readonly until: number }

/** Told once, when it happens. */
export type Note =
  | { readonly is: 'sealed' }
  | {
      readonly is: 'submitted'
      readonly share: ShareRef
      readonly result: SubmissionResult
      readonly progress: number
      readonly threshold: number
    }
  | { readonly is: 'opened'; readonly shares: readonly ShareRef[]; readonly wrong: readonly (readonly ShareRef[])[]; readonly ms: number }
  | { readonly is: 'opened by others' }
  | { readonly is: 'attempt failed'; readonly shares: readonly ShareRef[] }
  | { readonly is: 'keys rejected' }
  | { readonly is: 'foreign progress' }
  | { readonly is: 'reset' }
  | { readonly is: 'wedged' }
  | { readonly is: 'joined'; readonly leader: string }
  | { readonly is: 'join failed'; readonly leader: string; readonly failure: VaultFailure['is'] }
  | { readonly is: 'initialized' }
  /** `again`: for the same reason as the time before. */
  | { readonly is: 'initialization failed'; readonly lost: boolean; readonly message: string; readonly again: boolean }
  | { readonly is: 'unverified'; readonly message: string }

export type SubmissionResult = 'progressed' | 'duplicate' | 'completed' | 'rejected' | 'error'

/** How a node stands, for status and conditions. */
export interface Standing {
  readonly state: 'Unknown' | 'Unsealed' | 'Sealed' | 'Unsealing' | 'Uninitialized' | 'Unreachable'
  readonly reason: StandingReason
  readonly message: string
}

export type StandingReason =
  | HeldReason
  | 'NotCheckedYet'
  | 'Unsealed'
  | 'Submitting'
  | 'Opening'
  | 'Uninitialized'
  | 'InitializationFailed'
  | 'WaitingForRaftJoin'
  | 'WaitingForProof'
  | 'WaitingForLeader'
  | 'RemovedFromCluster'
  | 'MigrationPending'
  | 'AutoSeal'
  | 'InsufficientKeys'
  | 'ForeignProgress'
  | 'KeysRejected'
  | 'AttemptFailed'
  | 'TooManyAttempts'
  | 'NotVerified'
  | 'Unreachable'
  | 'Busy'
  | 'NodeWedged'
  | 'TLSFailure'
  | 'NotVault'
  | 'VaultError'

export interface Attempt {
  readonly startedAt: number
  /** `undefined`: it joined shares that others had submitted, so a refusal says nothing of ours. */
  readonly combination: readonly ShareRef[]
  readonly joined: boolean
  /** Sent so far, the one under way included. */
  readonly sent: readonly ShareRef[]
  readonly nonce: string
  readonly progress: number
  readonly threshold: number
}

export type Doing =
  | { readonly is: 'checking' }
  | { readonly is: 'resting'; readonly until: number; readonly patient: boolean }
  | { readonly is: 'submitting'; readonly attempt: Attempt }
  | { readonly is: 'resetting' }
  | { readonly is: 'joining'; readonly leader: LeaderRef }
  | { readonly is: 'initializing' }
  /** The last share was taken, or may have been: nothing is sent again before it is clear what came of it. */
  | { readonly is: 'opening'; readonly attempt: Attempt; readonly until: number; readonly next: number }

/** One attempt that has not opened the node (yet). */
export interface LedgerEntry {
  readonly at: number
  readonly keySet: string
}

/** Everything that is remembered of one node. */
export interface Node {
  readonly doing: Doing
  readonly standing: Standing
  readonly status: SealStatus | undefined
  readonly keySet: string
  /** Combinations that were refused, by their names; of `keySet`. */
  readonly refused: readonly (readonly ShareRef[])[]
  /** No combination of `keySet` that makes sense is left. */
  readonly givenUp: boolean
  /** In a row. */
  readonly failures: number
  /** Since when nothing was answered at all that takes the state lock. */
  readonly silentSince: number | undefined
  readonly foreign: { readonly nonce: string; readonly progress: number; readonly since: number } | undefined
  /** It was without data when it was first seen: a wrong last share would wedge it for good. */
  readonly joiner: boolean
  /** When it was last told to join; monotonic. */
  readonly toldToJoinAt: number
  readonly checkedAt: number
  /** Survives the pod: a pod that is replaced all the time is no way around the limit. */
  readonly ledger: readonly LedgerEntry[]
}

export interface Step {
  readonly node: Node
  readonly action: Action
  readonly notes: readonly Note[]
}
