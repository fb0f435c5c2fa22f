import type { SealStatus } from '@kubewright/vault'
import { begin } from './attempt.ts'
import { distinctShares, nextCombination } from './combinations.ts'
import { type Draft, hold, rest } from './draft.ts'
import { nextAttemptAt, within } from './limits.ts'
import type { Standing } from './model.ts'

const REMOVED = 'it was removed from its cluster: empty its data directory and let it join again, or delete it'
const REJECTED =
  'none of the key shares opens it: they are of another cluster, or of before a rekey. Nothing more is sent until they or the pod change'
const UNPROVEN =
  'it has never been a member, and wrong shares would wedge it for good: it waits until the shares have opened another node. Set spec.raft.unprovenShares to Send to go without'

/** Nothing tells when a node has met its leader, or a leader has come: until then it is asked often, as it is away from its cluster. */
const SOON_MS = 2_000

/** A node that was told to join and does not become a member is told so again after this time: its leader may have been another one by then. */
const JOIN_AGAIN_MS = 30_000
const JOINS_ITSELF = 'it waits to join its cluster: check its retry_join, set spec.raft.join, or join it by hand'

/** What a node needs that has said how it stands, and to which nothing is on the way. */
export function judge(draft: Draft): Draft {
  const { policy, permission } = draft.world
  const status = draft.node.status!
  const sealed = (reason: Parameters<typeof hold>[3], message: string) => hold(draft, policy.intervalMs, 'Sealed', reason, message)
  if (status.removedFromCluster) return sealed('RemovedFromCluster', REMOVED)
  if (!status.initialized) return judgeUninitialized(draft, status)
  if (!status.sealed) return judgeOpen(draft)
  // Before the recovery seal: a migration to a KMS shows both.
  if (status.migration && !policy.migrate)
    return sealed('MigrationPending', 'a seal migration is pending: set spec.migrate to true to agree to it')
  if (status.recoverySeal && !status.migration)
    return sealed('AutoSeal', `its seal is of type ${status.sealType}, and opens it by itself: check its key service`)
  if (!permission.may) return sealed(permission.reason, permission.message)
  const lacking = lackingShares(draft, status)
  if (lacking !== undefined) return sealed('InsufficientKeys', lacking)
  return status.progress > 0 ? judgeProgress(draft, status) : attempt(draft, status)
}

/** A partial submission opens nothing, and muddles what others submit. */
function lackingShares({ world: { shares, policy } }: Draft, { threshold }: SealStatus): string | undefined {
  const held = distinctShares(shares)
  if (held < threshold || held === 0) return `it needs ${threshold} key shares, and there are ${held} distinct ones: nothing was sent`
  if (policy.keyThreshold === 0 || policy.keyThreshold >= threshold) return undefined
  return `it needs ${threshold} key shares, and spec.keyThreshold allows ${policy.keyThreshold}: nothing was sent`
}

function judgeUninitialized(draft: Draft, { storageType }: SealStatus): Draft {
  const { siblings, policy } = draft.world
  if (siblings.initialized && storageType === 'raft')
    return policy.raftJoin ? join(draft) : soon(draft, 'Uninitialized', 'WaitingForRaftJoin', JOINS_ITSELF)
  if (draft.world.initialization.is !== 'off') return initialize(draft)
  const message = 'it is not initialised: run "vault operator init", and put the shares where the sources say'
  return hold(draft, policy.intervalMs, 'Uninitialized', 'Uninitialized', message)
}

/** That there are no shares is what it is about; all else that holds submissions holds this, too. */
function initialize(draft: Draft): Draft {
  const { node, world } = draft
  const { permission, initialization } = world
  if (!permission.may && permission.reason !== 'KeysMissing') return soon(draft, 'Uninitialized', permission.reason, permission.message)
  if (initialization.is === 'wait') return soon(draft, 'Uninitialized', 'Uninitialized', initialization.message)
  draft.node = { ...node, doing: { is: 'initializing' } }
  return draft
}

/** Once it is a member its status says that it is sealed, and it is opened as any other that joins. */
function join(draft: Draft): Draft {
  const { node, world, now } = draft
  const { permission, siblings } = world
  const wait = (reason: Standing['reason'], message: string) => soon(draft, 'Uninitialized', reason, message)
  if (!permission.may) return wait(permission.reason, permission.message)
  if (siblings.leader === undefined) return wait('WaitingForLeader', 'it is to join its cluster, of which no other node is open yet')
  if (now - node.toldToJoinAt < JOIN_AGAIN_MS)
    return wait('WaitingForRaftJoin', 'it has been told to join its cluster, and is no member yet: see its log')
  const { leader } = siblings
  const standing: Standing = { state: 'Uninitialized', reason: 'WaitingForRaftJoin', message: `it is told to join ${leader.name}` }
  draft.node = { ...node, toldToJoinAt: now, doing: { is: 'joining', leader }, standing }
  return draft
}

function judgeOpen(draft: Draft): Draft {
  const { node, world } = draft
  if (node.standing.state !== 'Unsealed' && node.standing.reason !== 'NotCheckedYet') draft.notes.push({ is: 'opened by others' })
  draft.node = { ...node, failures: 0, refused: [], givenUp: false, foreign: undefined, joiner: false }
  return rest(draft, world.policy.intervalMs, { state: 'Unsealed', reason: 'Unsealed', message: 'it is open' })
}

function attempt(draft: Draft, { threshold }: SealStatus): Draft {
  const { node, world, now } = draft
  const { siblings, policy } = world
  draft.node = { ...node, foreign: undefined }
  if (!node.givenUp && nextAttemptAt(node, world, now) > now) return tooMany(draft)
  const combination = node.givenUp ? undefined : nextCombination(world.shares, threshold, siblings.proven, node.refused)
  if (combination === undefined) {
    if (!node.givenUp) draft.notes.push({ is: 'keys rejected' })
    draft.node = { ...draft.node, givenUp: true }
    return hold(draft, policy.intervalMs, 'Sealed', 'KeysRejected', REJECTED)
  }
  // The only one of its cluster that has data is the one that was initialised, and joins nobody.
  if (node.joiner && siblings.initialized) {
    if (siblings.open === 0) return soon(draft, 'Sealed', 'WaitingForLeader', 'it joins its cluster, of which no other node is open yet')
    const proven = combination.every(({ fingerprint }) => siblings.proven.has(fingerprint))
    if (!proven && policy.unprovenJoin === 'Wait') return soon(draft, 'Sealed', 'WaitingForProof', UNPROVEN)
  }
  return begin(draft, combination, false)
}

/** Others have submitted shares. */
function judgeProgress(draft: Draft, { nonce, progress, threshold }: SealStatus): Draft {
  const { node, world, now } = draft
  const { policy } = world
  const known = node.foreign?.nonce === nonce && node.foreign.progress === progress
  const foreign = known ? node.foreign! : { nonce, progress, since: now }
  if (node.foreign?.nonce !== nonce) draft.notes.push({ is: 'foreign progress' })
  draft.node = { ...node, foreign }
  const graceOver = foreign.since + policy.foreignGraceMs
  if (now < graceOver || policy.foreignProgress === 'Wait') {
    const ms = Math.min(policy.intervalMs, now < graceOver ? graceOver - now : Number.POSITIVE_INFINITY)
    const message = `it holds ${progress} of ${threshold} shares that others have submitted`
    return rest(draft, ms, { state: 'Sealed', reason: 'ForeignProgress', message }, true)
  }
  if (nextAttemptAt(node, world, now) > now) return tooMany(draft)
  if (policy.foreignProgress === 'Join') return begin(draft, world.shares, true)
  const ledger = [...within(node.ledger, now), { at: now, keySet: world.keySet }]
  draft.node = { ...draft.node, foreign: undefined, doing: { is: 'resetting' }, ledger }
  draft.notes.push({ is: 'reset' })
  return draft
}

function tooMany(draft: Draft): Draft {
  const { node, world, now } = draft
  const until = nextAttemptAt(node, world, now)
  const message =
    'as many attempts as an hour may have (spec.maxAttemptsPerHour) did not open it: the next comes within the hour, or when the key shares change'
  return rest(draft, Math.min(until - now, world.policy.intervalMs), { state: 'Sealed', reason: 'TooManyAttempts', message })
}

function soon(draft: Draft, ...[state, reason, message]: [Parameters<typeof hold>[2], Parameters<typeof hold>[3], string]): Draft {
  return hold(draft, Math.min(draft.world.policy.intervalMs, SOON_MS), state, reason, message)
}
