import type { SealStatus, VaultFailure } from '@kubewright/vault'
import { advance, refuse, takeBack } from './attempt.ts'
import { type Draft, failed, hold, rest } from './draft.ts'
import { judge } from './judgement.ts'
import { backoff, LEAST_GAP_MS, OPENING_MS, OPENING_POLL_MS, WEDGED_MS } from './limits.ts'
import type { Action, Happening, LedgerEntry, Node, Step, World } from './model.ts'

/** What is known of a node before it is asked. */
export interface Memory {
  /** What was tried on the ones that had its name before. @default nothing */
  readonly ledger?: readonly LedgerEntry[]
  /** The set of shares that it has refused for good. @default none */
  readonly givenUpOn?: string | undefined
}

export function newNode({ ledger = [], givenUpOn }: Memory = {}): Node {
  return {
    doing: { is: 'checking' },
    standing: { state: 'Unknown', reason: 'NotCheckedYet', message: 'not asked yet' },
    status: undefined,
    keySet: givenUpOn ?? '',
    refused: [],
    givenUp: givenUpOn !== undefined,
    failures: 0,
    silentSince: undefined,
    foreign: undefined,
    joiner: false,
    toldToJoinAt: Number.NEGATIVE_INFINITY,
    checkedAt: Number.NEGATIVE_INFINITY,
    ledger,
  }
}

/**
 * What to do about one node, by what was seen. Pure: the caller does the action and comes back with what happened. `now` in ms of the monotonic clock.
 * Of what is said here only `submit` sends shares, and only to a node whose status has just asked for them.
 */
export function step(node: Node, happening: Happening, world: World, now: number): Step {
  const draft: Draft = { node: forgetOldKeys(node, world), notes: [], world, now }
  handle(draft, happening)
  return { node: draft.node, action: actionOf(draft.node, world, now), notes: draft.notes }
}

/** Other shares are another story: what was refused counts no more, except for the limit. */
function forgetOldKeys(node: Node, { keySet, shares }: World): Node {
  // A source that is away for a moment is no reason to begin anew.
  if (node.keySet === keySet || shares.length === 0) return node
  return { ...node, keySet, refused: [], givenUp: false, failures: 0, doing: node.doing.is === 'resting' ? { is: 'checking' } : node.doing }
}

function handle(draft: Draft, happening: Happening): Draft {
  switch (happening.saw) {
    case 'time':
      return elapse(draft)
    case 'change':
      return wake(draft)
    case 'status':
      return draft.node.doing.is === 'opening' ? afterOpening(draft, happening.status) : judge(seen(draft, happening.status))
    case 'submitted':
      return submitted(draft, happening.status)
    case 'rejected':
      return refuse(draft)
    case 'unanswered':
      return unanswered(draft)
    case 'status failed':
      return statusFailed(draft, happening.failure)
    case 'submission failed':
      // Whatever may have arrived comes as unanswered.
      takeBack(draft)
      joinFailed(draft, happening.failure)
      return failed(draft, happening.failure)
    case 'joined':
      return joined(draft)
    case 'initialized':
      draft.notes.push({ is: 'initialized' })
      draft.node = { ...draft.node, failures: 0, doing: { is: 'checking' } }
      return draft
    case 'initialization failed':
      return initializationFailed(draft, happening)
    case 'unverified':
      if (draft.node.failures === 0) draft.notes.push({ is: 'unverified', message: happening.message })
      takeBack(draft)
      draft.node = { ...draft.node, failures: draft.node.failures + 1 }
      return rest(draft, backoff(draft.node.failures, draft.world.random), {
        state: 'Sealed',
        reason: 'NotVerified',
        message: happening.message,
      })
  }
}

function elapse(draft: Draft): Draft {
  const { node, now } = draft
  if (node.doing.is === 'resting' && now >= node.doing.until) draft.node = { ...node, doing: { is: 'checking' } }
  return draft
}

/** A change is a reason to look at once, but no way around a back-off for what only time mends. */
function wake(draft: Draft): Draft {
  const { node, now } = draft
  if (node.doing.is !== 'resting') return draft
  const soonest = node.doing.patient ? node.doing.until : Math.max(now, node.checkedAt + LEAST_GAP_MS)
  draft.node = { ...node, doing: { ...node.doing, until: Math.min(node.doing.until, soonest) } }
  return elapse(draft)
}

/** Takes note of an answer. */
function seen(draft: Draft, status: SealStatus): Draft {
  const { node, now } = draft
  const was = node.status
  if (status.sealed && status.initialized && was !== undefined && !was.sealed) draft.notes.push({ is: 'sealed' })
  draft.node = {
    ...node,
    status,
    checkedAt: now,
    silentSince: undefined,
    joiner: status.sealed && (node.joiner || (!status.initialized && status.storageType === 'raft')),
  }
  return draft
}

function submitted(draft: Draft, status: SealStatus): Draft {
  const { doing } = draft.node
  seen(draft, status)
  if (doing.is !== 'submitting') return judge(draft)
  return advance(draft, doing.attempt, status) === 'judge' || !mayGoOn(draft) ? judge(draft) : draft
}

/** A pause holds between two shares, too; and a share that was taken out of its Secret is not sent. */
function mayGoOn({ node, world }: Draft): boolean {
  if (node.doing.is !== 'submitting') return true
  const next = node.doing.attempt.sent.at(-1)!
  return world.permission.may && world.shares.some(({ fingerprint }) => fingerprint === next.fingerprint)
}

/** The last share was taken, or some share may have been. */
function afterOpening(draft: Draft, status: SealStatus): Draft {
  const { doing } = draft.node
  seen(draft, status)
  if (doing.is !== 'opening') return judge(draft)
  if (!status.sealed) {
    advance(draft, doing.attempt, status)
    return draft
  }
  // What it holds is what has arrived, so nothing is in work.
  if (status.progress > 0) return judge(draft)
  if (draft.now < doing.until) {
    draft.node = { ...draft.node, doing: { ...doing, next: draft.now + OPENING_POLL_MS } }
    return draft
  }
  return refuse(draft, 'after a minute it is still sealed, and says nothing of why: see its log')
}

function joined(draft: Draft): Draft {
  const { node } = draft
  if (node.doing.is === 'joining') draft.notes.push({ is: 'joined', leader: node.doing.leader.name })
  draft.node = { ...node, failures: 0, doing: { is: 'checking' } }
  return draft
}

function joinFailed({ node, notes }: Draft, { is: failure }: VaultFailure): void {
  if (node.doing.is === 'joining') notes.push({ is: 'join failed', leader: node.doing.leader.name, failure })
}

/** What a person has to mend is tried again all the same, with growing pauses. */
function initializationFailed(draft: Draft, { lost, message }: Extract<Happening, { saw: 'initialization failed' }>): Draft {
  const { node, world } = draft
  draft.notes.push({ is: 'initialization failed', lost, message, again: !lost && node.standing.message === message })
  const failures = node.failures + 1
  draft.node = { ...node, failures }
  return rest(draft, backoff(failures, world.random), { state: 'Uninitialized', reason: 'InitializationFailed', message }, true)
}

function unanswered(draft: Draft): Draft {
  const { node, now } = draft
  if (node.doing.is !== 'submitting') return rest(draft, backoff(1, draft.world.random), node.standing)
  const attempt = node.doing.attempt
  draft.node = {
    ...node,
    silentSince: node.silentSince ?? now,
    doing: { is: 'opening', attempt, until: now + OPENING_MS, next: now },
    standing: {
      state: 'Unsealing',
      reason: 'Opening',
      message: 'it has not answered a share: nothing more is sent until it says how it stands',
    },
  }
  return draft
}

function statusFailed(draft: Draft, failure: VaultFailure): Draft {
  const { node, now, world } = draft
  if (failure.is !== 'timeout') return failed(draft, failure)
  const silentSince = node.silentSince ?? now
  const wedged = now - silentSince >= WEDGED_MS
  if (wedged && node.standing.reason !== 'NodeWedged') draft.notes.push({ is: 'wedged' })
  draft.node = { ...node, silentSince, checkedAt: now }
  const pause = backoff(node.failures, world.random)
  if (node.doing.is === 'opening') {
    // It may be in the middle of it: a share that comes now would be taken for the first of a new attempt, and fail with "invalid key size 0".
    const message = wedged ? WEDGED : 'it has not said how it stands since the last share: it may be joining'
    const doing = { ...node.doing, next: now + OPENING_POLL_MS, until: now + OPENING_MS }
    draft.node = { ...draft.node, doing, standing: { state: 'Unreachable', reason: wedged ? 'NodeWedged' : 'Busy', message } }
    return draft
  }
  if (wedged) return hold(draft, pause, 'Unreachable', 'NodeWedged', WEDGED)
  return hold(draft, pause, 'Unreachable', 'Busy', 'it did not say how it stands in time: it may be joining, or opening')
}

const WEDGED =
  'it accepts connections and has answered nothing for two minutes: restart it, by SIGKILL if it does not stop. Right shares on half a data directory do this, too'

function actionOf(node: Node, world: World, now: number): Action {
  const { doing } = node
  switch (doing.is) {
    case 'checking':
      return { do: 'check' }
    case 'resetting':
      return { do: 'reset' }
    case 'initializing':
      return { do: 'initialize' }
    case 'joining':
      return { do: 'join', leader: doing.leader }
    case 'resting':
      return { do: 'rest', until: doing.until }
    case 'opening':
      return doing.next > now ? { do: 'rest', until: doing.next } : { do: 'check' }
    case 'submitting':
      return { do: 'submit', share: doing.attempt.sent.at(-1)!, migrate: world.policy.migrate && node.status?.migration === true }
  }
}
