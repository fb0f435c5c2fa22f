import type { SealStatus } from '@kubewright/vault'
import { namesOf, suspects } from './combinations.ts'
import { type Draft, rest } from './draft.ts'
import { backoff, OPENED, OPENING_MS, OPENING_POLL_MS, within } from './limits.ts'
import type { Attempt, ShareRef, SubmissionResult } from './model.ts'

/** Begins to submit a combination. From the first share on it counts against the limit. */
export function begin(draft: Draft, combination: readonly ShareRef[], joined: boolean): Draft {
  const { node, world, now } = draft
  const { progress, nonce, threshold } = node.status!
  const attempt: Attempt = {
    startedAt: now,
    combination,
    joined,
    sent: combination.slice(0, 1),
    nonce: joined ? nonce : '',
    progress,
    threshold,
  }
  draft.node = {
    ...node,
    doing: { is: 'submitting', attempt },
    standing: { state: 'Unsealing', reason: 'Submitting', message: `submitting ${threshold} of ${world.shares.length} key shares` },
    ledger: [...within(node.ledger, now), { at: now, keySet: world.keySet }],
  }
  return draft
}

/** After the answer to a share. `judge`: somebody else had a hand in it, so that it has to be looked at anew. */
export function advance(draft: Draft, attempt: Attempt, status: SealStatus): 'judge' | 'done' {
  const share = attempt.sent.at(-1)!
  const tell = (result: SubmissionResult) =>
    draft.notes.push({ is: 'submitted', share, result, progress: status.progress, threshold: attempt.threshold })
  if (!status.sealed) {
    tell('completed')
    complete(draft, attempt)
    return 'done'
  }
  if (status.progress === 0 && attempt.progress + 1 >= attempt.threshold) {
    // A node that joins takes the last share, forgets all of them, and opens in the background.
    tell('progressed')
    open(draft, attempt)
    return 'done'
  }
  const foreign = attempt.nonce !== '' && status.nonce !== attempt.nonce
  if (foreign || status.progress < attempt.progress || status.progress > attempt.progress + 1) {
    tell('progressed')
    return 'judge'
  }
  tell(status.progress === attempt.progress ? 'duplicate' : 'progressed')
  const next = attempt.combination.find(({ fingerprint }) => attempt.sent.every((sent) => sent.fingerprint !== fingerprint))
  if (next === undefined) return 'judge'
  draft.node = {
    ...draft.node,
    doing: { is: 'submitting', attempt: { ...attempt, sent: [...attempt.sent, next], nonce: status.nonce, progress: status.progress } },
  }
  return 'done'
}

/** Nothing has been sent of it, so it was none. */
export function takeBack(draft: Draft): void {
  const { doing, ledger } = draft.node
  if (doing.is !== 'submitting' || doing.attempt.sent.length > 1) return
  draft.node = { ...draft.node, ledger: ledger.filter(({ at }) => at !== doing.attempt.startedAt) }
}

/** The shares that were sent do not open it. With shares of others among them that says nothing of ours. */
export function refuse(draft: Draft, why = 'the node refused them'): Draft {
  const { node, notes, world } = draft
  const { doing } = node
  if (doing.is !== 'submitting' && doing.is !== 'opening') return draft
  const { attempt } = doing
  const share = attempt.sent.at(-1)!
  if (doing.is === 'submitting') notes.push({ is: 'submitted', share, result: 'rejected', progress: 0, threshold: attempt.threshold })
  notes.push({ is: 'attempt failed', shares: attempt.sent })
  const failures = node.failures + 1
  const refused = attempt.joined ? node.refused : [...node.refused, attempt.combination]
  draft.node = { ...node, failures, refused, foreign: undefined }
  const message = `the shares ${namesOf(attempt.sent)} do not open it (${why}): others are tried`
  return rest(draft, backoff(failures, world.random), { state: 'Sealed', reason: 'AttemptFailed', message }, true)
}

function complete(draft: Draft, attempt: Attempt): void {
  const { node, notes, world, now } = draft
  const shares = attempt.joined ? [] : attempt.combination
  notes.push({ is: 'opened', shares, wrong: attempt.joined ? [] : suspects(shares, node.refused), ms: now - attempt.startedAt })
  draft.node = {
    ...node,
    failures: 0,
    refused: [],
    foreign: undefined,
    joiner: false,
    ledger: node.ledger.map((entry) => (entry.at === attempt.startedAt ? { at: entry.at, keySet: OPENED } : entry)),
  }
  rest(draft, world.policy.intervalMs, { state: 'Unsealed', reason: 'Unsealed', message: 'it is open' })
}

function open(draft: Draft, attempt: Attempt): void {
  const { node, now } = draft
  draft.node = {
    ...node,
    doing: { is: 'opening', attempt, until: now + OPENING_MS, next: now + OPENING_POLL_MS },
    standing: {
      state: 'Unsealing',
      reason: 'Opening',
      message: 'it has all shares and opens: a node that joins its cluster takes a moment',
    },
  }
}
