// Single steps, whole: what is known afterwards, what is said of it, what is told once. Journeys of many steps are in machine.test.ts.
import type { VaultFailure } from '@kubewright/vault'
import { describe, expect, test } from 'vitest'
import { namesOf, nextCombination, suspects } from './combinations.ts'
import { HOUR, POLICY, SECOND, sealStatus, share, shares, world } from './fake-node.ts'
import {
  ATTEMPTS_OF_ALL_SETS,
  backoff,
  nextAttemptAt,
  OPENED,
  OPENING_MS,
  OPENING_POLL_MS,
  OPENINGS_PER_HOUR,
  WEDGED_MS,
  within,
} from './limits.ts'
import { newNode, step } from './machine.ts'
import type { Attempt, Happening, Node, World } from './model.ts'

const NOW = 10 * HOUR
const [one, two, three, four] = [share(1), share(2), share(3), share(4)]
const node = (over: Partial<Node> = {}): Node => ({ ...newNode(), keySet: 'set', ...over })
const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  ...{ startedAt: NOW - 5, combination: [one, two, three], joined: false, sent: [one], nonce: '', progress: 0, threshold: 3 },
  ...over,
})
const submitting = (over: Partial<Attempt> = {}, more: Partial<Node> = {}) =>
  node({ doing: { is: 'submitting', attempt: attempt(over) }, status: sealStatus(), ...more })
const opening = (more: Partial<Node> = {}, over: Partial<Attempt> = {}) =>
  node({
    doing: { is: 'opening', attempt: attempt({ sent: [one, two, three], ...over }), until: NOW + OPENING_MS, next: NOW },
    status: sealStatus(),
    ...more,
  })
const after = (from: Node, happening: Happening, over: Partial<World> = {}, now = NOW) => step(from, happening, world(over), now)
const status = (over: Parameters<typeof sealStatus>[0] = {}): Happening => ({ saw: 'status', status: sealStatus(over) })
const submitted = (over: Parameters<typeof sealStatus>[0] = {}): Happening => ({ saw: 'submitted', status: sealStatus(over) })
const failed = (failure: VaultFailure): Happening => ({ saw: 'status failed', failure })
const resting = (ms: number, patient = false) => ({ is: 'resting', until: NOW + ms, patient })
const unsealed = { state: 'Unsealed', reason: 'Unsealed', message: 'it is open' }

test('a node that nobody has asked yet is to be asked', () => {
  expect(newNode()).toMatchObject({
    standing: { state: 'Unknown', reason: 'NotCheckedYet', message: 'not asked yet' },
    ...{ keySet: '', givenUp: false, ledger: [], refused: [] },
  })
  expect(newNode({ givenUpOn: 'x' })).toMatchObject({ keySet: 'x', givenUp: true })
  expect(after(newNode(), { saw: 'time' })).toMatchObject({ action: { do: 'check' }, notes: [] })
})

describe('the first share', () => {
  test('is of an attempt that counts from then on', () => {
    const { node: next, action, notes } = after(node({ ledger: [{ at: 0, keySet: 'set' }] }), status())
    expect(next.doing).toEqual({ is: 'submitting', attempt: attempt({ startedAt: NOW }) })
    expect(next.standing).toEqual({ state: 'Unsealing', reason: 'Submitting', message: 'submitting 3 of 5 key shares' })
    expect(next.ledger, 'what is an hour old is forgotten').toEqual([{ at: NOW, keySet: 'set' }])
    expect(action).toEqual({ do: 'submit', share: one, migrate: false })
    expect(notes).toEqual([])
  })

  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, undefined],
  ])('agrees to a migration only where there is one and it is wished: wished = %s, pending = %s', (migrate, migration, said) => {
    const { action } = after(node(), status({ migration }), { policy: { ...POLICY, migrate } })
    expect(action).toMatchObject(said === undefined ? { do: 'rest' } : { do: 'submit', migrate: said })
  })
})

describe('after a share', () => {
  const told = (result: string, progress: number, last = one) => ({ is: 'submitted', share: last, result, progress, threshold: 3 })

  test('that was taken the next one follows', () => {
    const { node: next, action, notes } = after(submitting(), submitted({ progress: 1, nonce: 'n' }))
    expect(next.doing).toEqual({ is: 'submitting', attempt: attempt({ sent: [one, two], nonce: 'n', progress: 1 }) })
    expect(action).toEqual({ do: 'submit', share: two, migrate: false })
    expect(notes).toEqual([told('progressed', 1)])
  })

  test('that it had already the next one follows, too', () => {
    const { action, notes } = after(submitting({ sent: [one, two], nonce: 'n', progress: 1 }), submitted({ progress: 1, nonce: 'n' }))
    expect(action).toMatchObject({ do: 'submit', share: three })
    expect(notes).toEqual([told('duplicate', 1, two)])
  })

  test('when there is none left it is looked at anew', () => {
    const { node: next, notes } = after(
      submitting({ sent: [one, two, three], nonce: 'n', progress: 1 }),
      submitted({ progress: 1, nonce: 'n' }),
    )
    expect(next.standing.reason).toBe('ForeignProgress')
    expect(notes).toEqual([told('duplicate', 1, three), { is: 'foreign progress' }])
  })

  test('that opened it all is well, and the attempt counts as an opening', () => {
    const entry = { at: NOW - 5, keySet: 'set' }
    const before = submitting(
      { sent: [one, two, three], nonce: 'n', progress: 2 },
      { failures: 2, refused: [[one, two, four]], joiner: true, ledger: [{ at: NOW - 9, keySet: 'set' }, entry] },
    )
    const { node: next, notes, action } = after(before, submitted({ sealed: false, progress: 0 }))
    expect(next).toMatchObject({
      failures: 0,
      refused: [],
      foreign: undefined,
      joiner: false,
      standing: unsealed,
      doing: resting(60 * SECOND),
    })
    expect(next.ledger).toEqual([
      { at: NOW - 9, keySet: 'set' },
      { at: NOW - 5, keySet: OPENED },
    ])
    expect(notes).toEqual([told('completed', 0, three), { is: 'opened', shares: [one, two, three], wrong: [[four]], ms: 5 }])
    expect(action).toEqual({ do: 'rest', until: NOW + 60 * SECOND })
  })

  test('that opened it together with those of others it is not known which were wrong', () => {
    const before = submitting({ joined: true, nonce: 'n', progress: 2 }, { refused: [[one, two, four]] })
    expect(after(before, submitted({ sealed: false })).notes.at(-1)).toEqual({ is: 'opened', shares: [], wrong: [], ms: 5 })
  })

  test('that was the last, and forgotten with all others, it joins its cluster in the background', () => {
    const {
      node: next,
      action,
      notes,
    } = after(submitting({ sent: [one, two, three], nonce: 'n', progress: 2 }), submitted({ progress: 0 }))
    expect(next.doing).toMatchObject({ is: 'opening', until: NOW + OPENING_MS, next: NOW + OPENING_POLL_MS })
    expect(next.standing).toEqual({
      state: 'Unsealing',
      reason: 'Opening',
      message: 'it has all shares and opens: a node that joins its cluster takes a moment',
    })
    expect(action).toEqual({ do: 'rest', until: NOW + OPENING_POLL_MS })
    expect(notes).toEqual([told('progressed', 0, three)])
  })

  test.each([
    ['the nonce is another', { sent: [one, two], nonce: 'n', progress: 1 }, { progress: 2, nonce: 'other' }],
    ['there are fewer than before', { sent: [one, two], nonce: 'n', progress: 2, threshold: 5 }, { progress: 1, nonce: 'n' }],
    ['there are two more', { sent: [one, two], nonce: 'n', progress: 0 }, { progress: 2, nonce: 'n' }],
    ['all are gone though more are needed', { sent: [one, two], nonce: 'n', progress: 1 }, { progress: 0, nonce: 'n', threshold: 3 }],
  ])('somebody else has a hand in it when %s: it is looked at anew', (_, given, seen) => {
    const { node: next, notes } = after(submitting(given), submitted(seen))
    expect(next.doing).not.toMatchObject({ attempt: { sent: [one, two, three] } })
    expect(notes[0]).toMatchObject({ is: 'submitted', result: 'progressed' })
  })

  test.each<[string, Partial<World>]>([
    ['a pause', { permission: { may: false, reason: 'Paused', message: 'paused' } }],
    ['the next share’s leaving', { shares: [one, three, share(4), share(5)] }],
  ])('%s holds the next one back', (_, over) => {
    expect(after(submitting(), submitted({ progress: 1, nonce: 'n' }), over).action).toMatchObject({ do: 'rest' })
  })
})

describe('shares that do not open it', () => {
  test('are told, remembered, and followed by others after a pause that nothing shortens', () => {
    const { node: next, notes } = after(
      submitting({ sent: [one, two, three] }, { failures: 1, foreign: { nonce: 'x', progress: 1, since: 0 } }),
      { saw: 'rejected' },
    )
    expect(next).toMatchObject({ failures: 2, refused: [[one, two, three]], foreign: undefined, doing: resting(4 * SECOND, true) })
    expect(next.standing).toEqual({
      state: 'Sealed',
      reason: 'AttemptFailed',
      message: 'the shares 1 (share-1), 2 (share-2), 3 (share-3) do not open it (the node refused them): others are tried',
    })
    expect(notes).toEqual([
      { is: 'submitted', share: three, result: 'rejected', progress: 0, threshold: 3 },
      { is: 'attempt failed', shares: [one, two, three] },
    ])
  })

  test('among those of others say nothing of ours', () => {
    expect(after(submitting({ joined: true, sent: [one] }), { saw: 'rejected' }).node.refused).toEqual([])
  })

  test('are none where nothing was sent', () => {
    const before = node({ doing: { is: 'resting', until: NOW + 5, patient: false } })
    expect(after(before, { saw: 'rejected' })).toMatchObject({ node: before, notes: [] })
  })
})

describe('a node that opens', () => {
  test('is asked every second for a minute', () => {
    const { node: next, action } = after(opening(), status())
    expect(next.doing).toMatchObject({ is: 'opening', next: NOW + OPENING_POLL_MS, until: NOW + OPENING_MS })
    expect(action).toEqual({ do: 'rest', until: NOW + OPENING_POLL_MS })
    expect(after(opening(), { saw: 'time' }).action).toEqual({ do: 'check' })
  })

  test('and is sealed after that minute has refused what it got, and nothing more is said of the last share', () => {
    const { node: next, notes } = after(opening(), status(), {}, NOW + OPENING_MS)
    expect(next.standing.message).toContain('after a minute it is still sealed, and says nothing of why: see its log')
    expect(notes).toEqual([{ is: 'attempt failed', shares: [one, two, three] }])
  })

  test('and holds shares still has nothing in work', () => {
    expect(after(opening(), status({ progress: 1, nonce: 'n' })).node.standing.reason).toBe('ForeignProgress')
  })

  test('and is open has opened', () => {
    expect(after(opening(), status({ sealed: false })).notes).toMatchObject([
      { is: 'submitted', result: 'completed' },
      { is: 'opened', ms: 5 },
    ])
  })

  test('and does not answer is asked on, and gets nothing', () => {
    const { node: next } = after(opening(), failed({ is: 'timeout', afterMs: 5 }))
    expect(next).toMatchObject({
      silentSince: NOW,
      checkedAt: NOW,
      doing: { is: 'opening', next: NOW + OPENING_POLL_MS, until: NOW + OPENING_MS },
    })
    expect(next.standing).toEqual({
      state: 'Unreachable',
      reason: 'Busy',
      message: 'it has not said how it stands since the last share: it may be joining',
    })
  })
})

describe('a node that does not answer', () => {
  const timeout = failed({ is: 'timeout', afterMs: 5_000 })

  test('to a share may have it: nothing more is sent until it says how it stands', () => {
    const { node: next, action } = after(submitting(), { saw: 'unanswered' })
    expect(next).toMatchObject({ silentSince: NOW, doing: { is: 'opening', until: NOW + OPENING_MS, next: NOW } })
    expect(next.standing).toEqual({
      state: 'Unsealing',
      reason: 'Opening',
      message: 'it has not answered a share: nothing more is sent until it says how it stands',
    })
    expect(action).toEqual({ do: 'check' })
    expect(after(submitting({}, { silentSince: 7 }), { saw: 'unanswered' }).node.silentSince).toBe(7)
    const idle = node()
    expect(after(idle, { saw: 'unanswered' }).node).toMatchObject({ standing: idle.standing, doing: resting(2 * SECOND) })
  })

  test('to a question is asked again after a pause', () => {
    const { node: next, notes } = after(node(), timeout)
    expect(next).toMatchObject({ silentSince: NOW, checkedAt: NOW, doing: resting(2 * SECOND) })
    expect(next.standing).toEqual({
      state: 'Unreachable',
      reason: 'Busy',
      message: 'it did not say how it stands in time: it may be joining, or opening',
    })
    expect(notes).toEqual([])
  })

  test.each([
    [WEDGED_MS - 1, 'Busy', []],
    [WEDGED_MS, 'NodeWedged', [{ is: 'wedged' }]],
  ])('for %d ms is %s, whether it opens or not, and that is told once', (silence, reason, notes) => {
    for (const before of [node({ silentSince: NOW - silence }), opening({ silentSince: NOW - silence })]) {
      const next = after(before, timeout)
      expect(next.node.standing).toMatchObject({ state: 'Unreachable', reason })
      expect(next.node.silentSince).toBe(NOW - silence)
      expect(next.notes).toEqual(notes)
      if (reason === 'NodeWedged') expect(next.node.standing.message).toMatch(/restart it, by SIGKILL/)
      expect(after(next.node, timeout).notes).toEqual([])
    }
  })

  test.each<[VaultFailure, object]>([
    [
      { is: 'unreachable', code: 'ECONNREFUSED', sent: false },
      { state: 'Unreachable', reason: 'Unreachable', message: /no connection \(ECONNREFUSED\): is the container running/ },
    ],
    [{ is: 'notVault' }, { state: 'Unknown', reason: 'NotVault', message: /what answers is no Vault.*Nothing was sent/ }],
    [{ is: 'removed' }, { state: 'Sealed', reason: 'RemovedFromCluster', message: /empty its data directory/ }],
    [{ is: 'notInitialized' }, { state: 'Uninitialized', reason: 'Uninitialized', message: /it is not initialised/ }],
    [
      { is: 'permissionDenied' },
      { state: 'Unknown', reason: 'VaultError', message: /it answered with a failure \(permissionDenied\): see its log/ },
    ],
  ])('as it should: %j', (failure, { message, ...standing }: { message?: RegExp }) => {
    const { node: next } = after(node({ failures: 1, silentSince: 3 }), failed(failure))
    expect(next).toMatchObject({ failures: 2, checkedAt: NOW, silentSince: undefined, standing, doing: resting(4 * SECOND) })
    expect(next.standing.message).toMatch(message!)
  })

  test('to a join in time is busy, and silent since then as before', () => {
    const { node: next } = after(node({ silentSince: 3 }), { saw: 'submission failed', failure: { is: 'timeout', afterMs: 9 } })
    expect(next).toMatchObject({ silentSince: 3, standing: { state: 'Unreachable', reason: 'Busy', message: 'no answer within 9 ms' } })
  })

  test.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for other names', 'set spec.vault.tlsServerName to one of them'],
    ['CERT_HAS_EXPIRED', 'the certificate has expired', 'renew it'],
    ['CERT_NOT_YET_VALID', 'the certificate is not valid yet', 'check the clocks'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate is not signed by a CA that is trusted here', 'check spec.vault.caBundleSecretRef'],
    ['TLS_MATERIAL', 'the CA, certificate or key is not valid PEM', 'check the Secrets of spec.vault'],
    ['ERR_SSL_ALERT', 'the server refused the handshake', 'it may ask for a client certificate: see spec.vault.clientCertSecretRef'],
    ['EPROTO', 'no TLS is spoken there', 'check the scheme and port of spec.vault.url'],
    ['SOMETHING', 'the handshake failed', 'check both sides'],
  ])('over TLS (%s)', (code, what, mend) => {
    const { standing } = after(node(), failed({ is: 'tls', code, sent: false } as VaultFailure)).node
    expect(standing).toEqual({ state: 'Unreachable', reason: 'TLSFailure', message: `TLS: ${what} (${code}): ${mend}. Nothing was sent` })
  })
})

describe('what was not sent is no attempt', () => {
  const ledger = [
    { at: NOW - 9, keySet: 'set' },
    { at: NOW - 5, keySet: 'set' },
  ]
  const failure: VaultFailure = { is: 'unreachable', code: 'ECONNREFUSED', sent: false }

  test.each<[string, Happening]>([
    ['a submission that failed', { saw: 'submission failed', failure }],
    ['a node that turned out to be another', { saw: 'unverified', message: 'it is another' }],
  ])('%s: the first share', (_, happening) => {
    expect(after(submitting({}, { ledger }), happening).node.ledger).toEqual([ledger[0]])
    expect(after(submitting({ sent: [one, two] }, { ledger }), happening).node.ledger, 'after the first').toEqual(ledger)
    expect(after(opening({ ledger }, { sent: [one] }), happening).node.ledger, 'and nothing is on the way').toEqual(ledger)
  })

  test('a node that turned out to be another is told of once, and waited for longer and longer', () => {
    const first = after(submitting(), { saw: 'unverified', message: 'it is another' })
    expect(first.notes).toEqual([{ is: 'unverified', message: 'it is another' }])
    expect(first.node).toMatchObject({
      failures: 1,
      doing: resting(2 * SECOND),
      standing: { state: 'Sealed', reason: 'NotVerified', message: 'it is another' },
    })
    const second = after(submitting({}, { failures: 1 }), { saw: 'unverified', message: 'it is another' })
    expect(second).toMatchObject({ notes: [], node: { failures: 2, doing: resting(4 * SECOND) } })
  })
})

describe('a status', () => {
  const sealedNow = status()
  test.each<[string, Partial<Node>, Happening, boolean]>([
    ['sealed after open', { status: sealStatus({ sealed: false }) }, sealedNow, true],
    ['sealed as before', { status: sealStatus() }, sealedNow, false],
    ['sealed at the first look', {}, sealedNow, false],
    ['open as before', { status: sealStatus({ sealed: false }) }, status({ sealed: false }), false],
    ['without data after open', { status: sealStatus({ sealed: false }) }, status({ initialized: false }), false],
  ])('%s: told = $3', (_, before, happening, told) => {
    expect(after(node(before), happening).notes.some(({ is }) => is === 'sealed')).toBe(told)
  })

  test('of an open node makes a clean slate, and tells of it where somebody else has opened it', () => {
    const before = { failures: 3, refused: [[one]], givenUp: true, joiner: true, foreign: { nonce: 'n', progress: 1, since: 0 } }
    const closed = { state: 'Sealed', reason: 'AttemptFailed', message: '' } as const
    const { node: next, notes } = after(node({ ...before, standing: closed }), status({ sealed: false }))
    expect(next).toMatchObject({
      failures: 0,
      refused: [],
      givenUp: false,
      joiner: false,
      foreign: undefined,
      standing: unsealed,
      doing: resting(60 * SECOND),
    })
    expect(notes).toEqual([{ is: 'opened by others' }])
    expect(after(node(), status({ sealed: false })).notes, 'at the first look').toEqual([])
    expect(after(node({ standing: unsealed as Node['standing'] }), status({ sealed: false })).notes, 'as it was').toEqual([])
  })

  test.each<[string, Parameters<typeof sealStatus>[0], Partial<World>, object]>([
    [
      'removed',
      { removedFromCluster: true },
      {},
      {
        state: 'Sealed',
        reason: 'RemovedFromCluster',
        message: 'it was removed from its cluster: empty its data directory and let it join again, or delete it',
      },
    ],
    [
      'migrating',
      { migration: true },
      {},
      { state: 'Sealed', reason: 'MigrationPending', message: 'a seal migration is pending: set spec.migrate to true to agree to it' },
    ],
    [
      'of a key service',
      { recoverySeal: true, sealType: 'awskms' },
      {},
      { state: 'Sealed', reason: 'AutoSeal', message: 'its seal is of type awskms, and opens it by itself: check its key service' },
    ],
    [
      'held',
      {},
      { permission: { may: false, reason: 'Paused', message: 'paused' } },
      { state: 'Sealed', reason: 'Paused', message: 'paused' },
    ],
    [
      'that needs more shares',
      { threshold: 6 },
      {},
      { state: 'Sealed', reason: 'InsufficientKeys', message: 'it needs 6 key shares, and there are 5 distinct ones: nothing was sent' },
    ],
    [
      'that needs none, with none',
      { threshold: 0 },
      { shares: [] },
      { state: 'Sealed', reason: 'InsufficientKeys', message: 'it needs 0 key shares, and there are 0 distinct ones: nothing was sent' },
    ],
    [
      'that may get fewer',
      {},
      { policy: { ...POLICY, keyThreshold: 2 } },
      { state: 'Sealed', reason: 'InsufficientKeys', message: 'it needs 3 key shares, and spec.keyThreshold allows 2: nothing was sent' },
    ],
    [
      'without data',
      { initialized: false, storageType: 'file' },
      {},
      {
        state: 'Uninitialized',
        reason: 'Uninitialized',
        message: 'it is not initialised: run "vault operator init", and put the shares where the sources say',
      },
    ],
    [
      'without data, beside others',
      { initialized: false },
      {},
      {
        state: 'Uninitialized',
        reason: 'WaitingForRaftJoin',
        message: 'it waits to join its cluster: check its retry_join, set spec.raft.join, or join it by hand',
      },
    ],
    [
      'that waits to be initialised',
      { initialized: false, storageType: 'file' },
      { initialization: { is: 'wait', message: 'not yet' } },
      { state: 'Uninitialized', reason: 'Uninitialized', message: 'not yet' },
    ],
    [
      'that may not be initialised now',
      { initialized: false, storageType: 'file' },
      { initialization: { is: 'may' }, permission: { may: false, reason: 'DryRun', message: 'dry' } },
      { state: 'Uninitialized', reason: 'DryRun', message: 'dry' },
    ],
    [
      'that may not join now',
      { initialized: false },
      { policy: { ...POLICY, raftJoin: true }, permission: { may: false, reason: 'Paused', message: 'paused' } },
      { state: 'Uninitialized', reason: 'Paused', message: 'paused' },
    ],
    [
      'that has nobody to join',
      { initialized: false },
      { policy: { ...POLICY, raftJoin: true } },
      { state: 'Uninitialized', reason: 'WaitingForLeader', message: 'it is to join its cluster, of which no other node is open yet' },
    ],
  ])('of a node %s sends nothing, and says why', (_, seen, over, standing) => {
    const { node: next, action } = after(node(), status(seen), over)
    expect(next.standing).toEqual(standing)
    expect(action.do).toBe('rest')
  })

  test('that needs as many shares as it may get is answered with them', () => {
    expect(after(node(), status(), { policy: { ...POLICY, keyThreshold: 3 } }).action.do).toBe('submit')
  })

  test('of a node that was refused everything says so, once', () => {
    const message =
      'none of the key shares opens it: they are of another cluster, or of before a rekey. Nothing more is sent until they or the pod change'
    const refused = Array.from({ length: 10 }, () => [one, two, three])
    const { node: next, notes } = after(node({ refused }), status())
    expect(next).toMatchObject({ givenUp: true, standing: { state: 'Sealed', reason: 'KeysRejected', message } })
    expect(notes).toEqual([{ is: 'keys rejected' }])
    expect(after(next, status()).notes).toEqual([])
  })
})

describe('a node that joins its cluster', () => {
  const leader = { name: 'vault-0', address: 'https://vault-0:8200', serverName: undefined, ca: undefined }
  const siblings = { open: 1, leader, initialized: true, proven: new Set<string>() }
  const over = { siblings, policy: { ...POLICY, raftJoin: true } }
  const bare = status({ initialized: false })

  test('is told whom, and so again after half a minute', () => {
    const { node: next, action } = after(node(), bare, over)
    expect(action).toEqual({ do: 'join', leader })
    expect(next).toMatchObject({
      toldToJoinAt: NOW,
      standing: { state: 'Uninitialized', reason: 'WaitingForRaftJoin', message: 'it is told to join vault-0' },
    })
    const soon = after(next, bare, over, NOW + 30 * SECOND - 1)
    expect(soon.node.standing).toMatchObject({
      reason: 'WaitingForRaftJoin',
      message: 'it has been told to join its cluster, and is no member yet: see its log',
    })
    expect(soon.action).toEqual({ do: 'rest', until: NOW + 32 * SECOND - 1 })
    expect(after(next, bare, over, NOW + 30 * SECOND).action.do).toBe('join')
  })

  test('has joined, or not, and whom is told', () => {
    const joining = node({ doing: { is: 'joining', leader }, failures: 2 })
    const joined = after(joining, { saw: 'joined' })
    expect(joined).toMatchObject({ notes: [{ is: 'joined', leader: 'vault-0' }], node: { failures: 0 }, action: { do: 'check' } })
    expect(after(node(), { saw: 'joined' }).notes).toEqual([])
    const failure: VaultFailure = { is: 'unreachable', code: 'X', sent: false }
    expect(after(joining, { saw: 'submission failed', failure }).notes).toEqual([
      { is: 'join failed', leader: 'vault-0', failure: 'unreachable' },
    ])
    expect(after(node(), { saw: 'submission failed', failure }).notes).toEqual([])
  })

  test('gets shares that have opened another, and others only where that is wished', () => {
    const joiner = node({ joiner: true })
    const wait = after(joiner, status(), { siblings: { ...siblings, proven: new Set(['share-1', 'share-2']) } })
    expect(wait.node.standing).toMatchObject({ state: 'Sealed', reason: 'WaitingForProof' })
    expect(wait.node.standing.message).toMatch(/it waits until the shares have opened another node. Set spec.raft.unprovenShares/)
    expect(after(joiner, status(), { siblings: { ...siblings, proven: new Set(['share-1', 'share-2', 'share-3']) } }).action.do).toBe(
      'submit',
    )
    expect(after(joiner, status(), { siblings, policy: { ...POLICY, unprovenJoin: 'Send' } }).action.do).toBe('submit')
    expect(after(joiner, status(), { siblings: { ...siblings, open: 0 } }).node.standing).toEqual({
      state: 'Sealed',
      reason: 'WaitingForLeader',
      message: 'it joins its cluster, of which no other node is open yet',
    })
  })
})

describe('shares of others', () => {
  const held = status({ progress: 2, nonce: 'n' })

  test('are let be for a while, and told of once', () => {
    const { node: next, notes, action } = after(node(), held)
    expect(next.foreign).toEqual({ nonce: 'n', progress: 2, since: NOW })
    expect(next.standing).toEqual({
      state: 'Sealed',
      reason: 'ForeignProgress',
      message: 'it holds 2 of 3 shares that others have submitted',
    })
    expect(next.doing).toEqual(resting(30 * SECOND, true))
    expect(action).toEqual({ do: 'rest', until: NOW + 30 * SECOND })
    expect(notes).toEqual([{ is: 'foreign progress' }])
    const again = after(next, held, {}, NOW + 10 * SECOND)
    expect(again).toMatchObject({ notes: [], node: { foreign: { since: NOW }, doing: { until: NOW + 30 * SECOND } } })
    const more = after(next, status({ progress: 1, nonce: 'n' }), {}, NOW + 10 * SECOND)
    expect(more, 'another of the same attempt').toMatchObject({ notes: [], node: { foreign: { since: NOW + 10 * SECOND } } })
  })

  test.each([
    ['Join', { do: 'submit', share: one, migrate: false }, []],
    ['Reset', { do: 'reset' }, [{ is: 'reset' }]],
  ] as const)('after it, "%s" is done, and counts', (foreignProgress, action, notes) => {
    const before = node({ foreign: { nonce: 'n', progress: 2, since: NOW - 30 * SECOND }, ledger: [{ at: NOW - 9, keySet: 'x' }] })
    const next = after(before, held, { policy: { ...POLICY, foreignProgress } })
    expect(next).toMatchObject({ action, notes })
    expect(next.node.ledger).toEqual([
      { at: NOW - 9, keySet: 'x' },
      { at: NOW, keySet: 'set' },
    ])
    if (foreignProgress === 'Join')
      expect(next.node.doing).toMatchObject({ attempt: { joined: true, nonce: 'n', progress: 2, combination: shares(5) } })
    else expect(next.node.foreign).toBeUndefined()
  })

  test('"Wait" waits on, at the interval', () => {
    const before = node({ foreign: { nonce: 'n', progress: 2, since: 0 } })
    expect(after(before, held, { policy: { ...POLICY, foreignProgress: 'Wait' } }).node.doing).toEqual(resting(60 * SECOND, true))
  })
})

describe('the limits', () => {
  const entries = (count: number, keySet: string, first = NOW - HOUR + 1) =>
    Array.from({ length: count }, (_, n) => ({ at: first + n, keySet }))
  const free = (ledger: Node['ledger']) => nextAttemptAt(node({ ledger }), world(), NOW)

  test.each([
    ['one less than an hour’s of this set', entries(11, 'set'), Number.NEGATIVE_INFINITY],
    ['an hour’s of this set', entries(12, 'set'), NOW + 1],
    ['as many of another', entries(12, 'other'), Number.NEGATIVE_INFINITY],
    ['one less than all sets have together', entries(ATTEMPTS_OF_ALL_SETS - 1, 'other'), Number.NEGATIVE_INFINITY],
    ['as many as all sets have together', entries(ATTEMPTS_OF_ALL_SETS, 'other'), NOW + 1],
    ['as many that opened it', entries(ATTEMPTS_OF_ALL_SETS, OPENED), Number.NEGATIVE_INFINITY],
    ['one less than may open it', entries(OPENINGS_PER_HOUR - 1, OPENED), Number.NEGATIVE_INFINITY],
    ['as many as may open it', entries(OPENINGS_PER_HOUR, OPENED), NOW + 1],
    ['what is an hour old', entries(12, 'set', NOW - HOUR), Number.NEGATIVE_INFINITY],
  ])('%s', (_, ledger, at) => expect(free(ledger)).toBe(at))

  test('are of the last hour, its end excluded', () => {
    expect(
      within(
        [
          { at: NOW - HOUR, keySet: 'a' },
          { at: NOW - HOUR + 1, keySet: 'b' },
        ],
        NOW,
      ),
    ).toEqual([{ at: NOW - HOUR + 1, keySet: 'b' }])
  })

  test('are said, and looked at again when there is room or at the interval', () => {
    const message =
      'as many attempts as an hour may have (spec.maxAttemptsPerHour) did not open it: the next comes within the hour, or when the key shares change'
    const full = (first: number) => after(node({ ledger: entries(12, 'set', first) }), status())
    expect(full(NOW - HOUR + 5).node).toMatchObject({
      standing: { state: 'Sealed', reason: 'TooManyAttempts', message },
      doing: resting(5),
    })
    expect(full(NOW - SECOND).node.doing).toEqual(resting(60 * SECOND))
    expect(full(NOW - HOUR).action.do, 'room at this very moment').toBe('submit')
  })

  test.each([
    [0, 0.5, 2_000],
    [1, 0, 1_600],
    [1, 1, 2_400],
    [2, 0.5, 4_000],
    [5, 0.5, 32_000],
    [6, 0.5, 60_000],
    [60, 0.5, 60_000],
  ])('a pause after %d failures with chance at %d is %d ms', (failures, random, ms) => expect(backoff(failures, random)).toBeCloseTo(ms, 6))
})

describe('a change around a node that rests', () => {
  const rests = (over: object, more: Partial<Node> = {}) =>
    node({ doing: { is: 'resting', until: NOW + 9_000, patient: false, ...over }, ...more })

  test.each<[string, Node, object]>([
    ['is a reason to look', rests({}), { do: 'check' }],
    ['a quarter of a second after the last look', rests({}, { checkedAt: NOW - 100 }), { do: 'rest', until: NOW + 150 }],
    ['is none where only time mends', rests({ patient: true }), { do: 'rest', until: NOW + 9_000 }],
    ['does not make a rest longer', rests({ until: NOW + 10 }, { checkedAt: NOW }), { do: 'rest', until: NOW + 10 }],
  ])('%s', (_, before, action) => expect(after(before, { saw: 'change' }).action).toEqual(action))

  test('that is done leaves what is under way', () => {
    expect(after(submitting(), { saw: 'change' }).action).toMatchObject({ do: 'submit', share: one })
    expect(after(rests({ until: NOW }), { saw: 'time' }).action).toEqual({ do: 'check' })
    expect(after(rests({ until: NOW + 1 }), { saw: 'time' }).action).toEqual({ do: 'rest', until: NOW + 1 })
  })

  test('new shares begin anew, and let what is under way end; no shares are none', () => {
    const before = rests({}, { keySet: 'old', refused: [[one]], givenUp: true, failures: 3 })
    expect(after(before, { saw: 'time' }).node).toMatchObject({
      keySet: 'set',
      refused: [],
      givenUp: false,
      failures: 0,
      doing: { is: 'checking' },
    })
    expect(after(submitting({}, { keySet: 'old' }), { saw: 'time' }).node.doing.is).toBe('submitting')
    expect(after(before, { saw: 'time' }, { shares: [] }).node).toMatchObject({ keySet: 'old', givenUp: true })
  })
})

describe('initialisation', () => {
  test('is the first thing, though there are no shares yet', () => {
    const over: Partial<World> = {
      initialization: { is: 'may' },
      shares: [],
      permission: { may: false, reason: 'KeysMissing', message: 'none' },
    }
    expect(after(node(), status({ initialized: false, storageType: 'file' }), over).action).toEqual({ do: 'initialize' })
    expect(after(node({ doing: { is: 'initializing' }, failures: 1 }), { saw: 'initialized' })).toMatchObject({
      notes: [{ is: 'initialized' }],
      node: { failures: 0 },
      action: { do: 'check' },
    })
  })

  test('that fails is tried again, and told of as the same only when it is', () => {
    const first = after(node(), { saw: 'initialization failed', lost: false, message: 'no' })
    expect(first.notes).toEqual([{ is: 'initialization failed', lost: false, message: 'no', again: false }])
    expect(first.node).toMatchObject({
      failures: 1,
      doing: resting(2 * SECOND, true),
      standing: { state: 'Uninitialized', reason: 'InitializationFailed', message: 'no' },
    })
    expect(after(first.node, { saw: 'initialization failed', lost: false, message: 'no' }).notes).toMatchObject([{ again: true }])
    expect(after(first.node, { saw: 'initialization failed', lost: true, message: 'no' }).notes).toMatchObject([{ again: false }])
  })
})

describe('combinations', () => {
  const none = new Set<string>()

  test('begin with what has opened a node, then by their order', () => {
    expect(nextCombination([three, one, two], 2, none, [])).toEqual([one, two])
    expect(nextCombination([one, two, three], 2, new Set(['share-3']), [])).toEqual([three, one])
  })

  test('are none of no shares, of too few, and after ten', () => {
    expect(nextCombination(shares(5), 0, none, [])).toBeUndefined()
    expect(nextCombination(shares(2), 3, none, [])).toBeUndefined()
    const ten = Array.from({ length: 10 }, (_, n) => [share(50 + n)])
    expect(nextCombination(shares(5), 3, none, ten)).toBeUndefined()
    expect(nextCombination(shares(5), 3, none, ten.slice(1))).toEqual([one, two, three])
  })

  test('are the same in any order', () => {
    expect(nextCombination([one, two], 2, none, [[two, one]])).toBeUndefined()
  })

  test('of many shares of one place are given up after a while', () => {
    expect(
      nextCombination(
        Array.from({ length: 40 }, (_, n) => share(n + 1, 1)),
        5,
        none,
        [],
      ),
    ).toBeUndefined()
  })

  test('that were refused make those suspicious that the right one lacks, the fewest first', () => {
    expect(
      suspects(
        [one, two],
        [
          [four, three, one],
          [one, three],
          [one, two],
          [two, four, share(5)],
        ],
      ),
    ).toEqual([[three], [four, share(5)]])
    expect(suspects([one], [[share(10), share(9)]])).toEqual([[share(9), share(10)]])
  })

  test('are named by place and fingerprint', () => expect(namesOf([one, two])).toBe('1 (share-1), 2 (share-2)'))
})
