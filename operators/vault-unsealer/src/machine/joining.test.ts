import { describe, expect, test } from 'vitest'
import { FakeNode, HOUR, POLICY, SECOND, sealStatus, shares, world } from './fake-node.ts'
import type { Happening, LeaderRef, World } from './model.ts'

const MINUTE = 60 * SECOND
const LEADER: LeaderRef = { name: 'vault-0', address: 'https://10.0.0.1:8200', serverName: 'vault.test', ca: undefined }
const proven = new Set(shares(3).map(({ fingerprint }) => fingerprint))
const policy = { ...POLICY, raftJoin: true }
const withoutData = (over: Partial<World> = {}) =>
  new FakeNode({
    status: sealStatus({ initialized: false, threshold: 0, shares: 0 }),
    world: world({ policy, siblings: { open: 1, leader: LEADER, initialized: true, proven }, ...over }),
  })
const joins = (fake: FakeNode) => fake.actions.filter((action) => action === 'join').length

describe('a node without data, while another one is open', () => {
  test('is told to join that one, and is opened with the shares that have opened it', () => {
    const fake = withoutData().run(10 * SECOND)
    expect(fake.actions.slice(0, 6)).toEqual(['check', 'join', 'check', 'submit', 'submit', 'submit'])
    expect(fake.told('joined')).toEqual([{ is: 'joined', leader: 'vault-0' }])
    expect(fake.status.sealed).toBe(false)
    expect(joins(fake.run(HOUR))).toBe(1)
  })

  test('is left alone when the spec does not ask for it', () => {
    const fake = withoutData({ policy: POLICY }).run(HOUR)
    expect(fake.reason()).toBe('WaitingForRaftJoin')
    expect(joins(fake)).toBe(0)
  })

  test.each(['Paused', 'DryRun', 'OutsideWindow', 'ClusterMismatch'] as const)('is told nothing while held: %s', (reason) => {
    const fake = withoutData({ permission: { may: false, reason, message: 'held' } }).run(HOUR)
    expect(fake.node.standing).toMatchObject({ state: 'Uninitialized', reason })
    expect(joins(fake)).toBe(0)
  })

  test('that is not of raft has nothing to join', () => {
    const fake = withoutData()
    fake.status = { ...fake.status, storageType: 'file' }
    expect(joins(fake.run(HOUR))).toBe(0)
  })

  test('and does not become a member is told again, but not more than every half a minute', () => {
    const fake = withoutData()
    fake.answer = (action) => (action.do === 'join' ? { saw: 'joined' } : undefined)
    fake.run(HOUR)
    expect(joins(fake)).toBeGreaterThan(60)
    expect(joins(fake)).toBeLessThanOrEqual(121)
    expect(fake.reason()).toBe('WaitingForRaftJoin')
  })

  test('and refuses to join is asked with growing pauses, and says so', () => {
    const fake = withoutData()
    fake.answer = (action) => (action.do === 'join' ? { saw: 'submission failed', failure: { is: 'serverError', status: 500 } } : undefined)
    fake.run(HOUR)
    expect(joins(fake)).toBeLessThanOrEqual(70)
    expect(fake.told('join failed')).toHaveLength(joins(fake))
    expect(fake.told('join failed')[0]).toEqual({ is: 'join failed', leader: 'vault-0', failure: 'serverError' })
    expect(fake.reason()).toBe('VaultError')
  })
})

test('while no other node is open, none is told to join', () => {
  const fake = withoutData({ siblings: { open: 0, leader: undefined, initialized: true, proven } }).run(HOUR)
  expect(fake.reason()).toBe('WaitingForLeader')
  expect(joins(fake)).toBe(0)
})

describe('nodes that join', () => {
  const joiner = (over: Parameters<typeof world>[0] = {}) => {
    const fake = new FakeNode({ status: sealStatus({ initialized: false, threshold: 0 }), world: world(over) }).run(0)
    fake.status = sealStatus()
    return fake
  }

  test('A19: shares that have opened nothing yet are not sent to it, as wrong ones would wedge it', () => {
    const fake = joiner({ siblings: { open: 1, leader: undefined, initialized: true, proven: new Set() } }).run(HOUR)
    expect(fake.reason()).toBe('WaitingForProof')
    expect(fake.sent).toEqual([])
  })

  test('A19: with proven shares and a leader it is opened', () => {
    const proven = new Set(shares(3).map(({ fingerprint }) => fingerprint))
    const fake = joiner({ siblings: { open: 1, leader: undefined, initialized: true, proven } }).run(5 * SECOND)
    expect(fake.status.sealed).toBe(false)
  })

  test('A19: without a leader it waits, also with proven shares', () => {
    const proven = new Set(shares(3).map(({ fingerprint }) => fingerprint))
    const fake = joiner({ siblings: { open: 0, leader: undefined, initialized: true, proven } }).run(MINUTE)
    expect(fake.reason()).toBe('WaitingForLeader')
    expect(fake.sent).toEqual([])
  })

  test('the first node of a new cluster, which was initialised by hand, waits for nobody', () => {
    const fake = joiner({ siblings: { open: 0, leader: undefined, initialized: false, proven: new Set() } }).run(MINUTE)
    expect(fake.status.sealed).toBe(false)
  })

  test('A2: the last share is taken, and it opens in the background: it is asked each second, and nothing is sent again', () => {
    const fake = new FakeNode()
    let submissions = 0
    fake.answer = (action) => {
      if (action.do !== 'submit' || ++submissions < 3) return undefined
      fake.held = []
      fake.status = { ...fake.status, progress: 0, nonce: '' }
      return { saw: 'submitted', status: fake.status }
    }
    fake.run(5 * SECOND)
    expect(fake.reason()).toBe('Opening')
    expect(fake.actions.filter((action) => action === 'check')).toHaveLength(6)
    fake.status = { ...fake.status, sealed: false }
    fake.run(SECOND)
    expect(fake.node.standing.state).toBe('Unsealed')
    expect(submissions).toBe(3)
    expect(fake.told('opened')).toHaveLength(1)
  })

  test('A19: a node that answers nothing any more is told apart from a busy one by time, and nothing is sent to it', () => {
    const fake = new FakeNode()
    let submissions = 0
    fake.answer = (action) => {
      if (action.do === 'submit' && ++submissions === 3) return { saw: 'unanswered' }
      if (action.do === 'check' && submissions === 3) return timedOut(fake)
      return undefined
    }
    fake.run(MINUTE)
    expect(fake.reason()).toBe('Busy')
    fake.run(3 * MINUTE)
    expect(fake.reason()).toBe('NodeWedged')
    fake.run(HOUR)
    expect(submissions).toBe(3)
    expect(fake.told('wedged')).toHaveLength(1)
  })
})

function timedOut(fake: FakeNode): Happening {
  fake.now += 5 * SECOND
  return { saw: 'status failed', failure: { is: 'timeout', afterMs: 5_000 } }
}
