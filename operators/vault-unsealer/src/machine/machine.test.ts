import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeNode, HOUR, POLICY, SECOND, sealStatus, share, shares, world } from './fake-node.ts'
import { newNode } from './machine.ts'

const MINUTE = 60 * SECOND
const names = (fake: FakeNode) => fake.sent.map(({ fingerprint }) => fingerprint)

describe('a node that is sealed', () => {
  test('gets as many shares as it needs, after one look, and is looked at again at the interval', () => {
    const fake = new FakeNode().run(0)
    expect(fake.actions).toEqual(['check', 'submit', 'submit', 'submit', 'rest'])
    expect(names(fake)).toEqual(['share-1', 'share-2', 'share-3'])
    expect(fake.node.standing).toMatchObject({ state: 'Unsealed', reason: 'Unsealed' })
    expect(fake.told('opened')).toMatchObject([{ shares: [{ index: 1 }, { index: 2 }, { index: 3 }], wrong: [] }])
    fake.run(5 * MINUTE)
    expect(fake.actions.filter((action) => action === 'check')).toHaveLength(6)
    expect(fake.sent).toHaveLength(3)
  })

  test('and restarts is opened again with the next look, however often', () => {
    const fake = new FakeNode().run(0)
    for (let round = 0; round < 50; round++) {
      fake.restart()
      fake.run(SECOND, { saw: 'change' })
      expect(fake.status.sealed, `round ${round}`).toBe(false)
    }
  })

  test('A14: with a threshold of 1 gets one share', () => {
    const fake = new FakeNode({ status: sealStatus({ threshold: 1, shares: 1 }), world: world({ shares: shares(1) }) }).run(0)
    expect(names(fake)).toEqual(['share-1'])
    expect(fake.status.sealed).toBe(false)
  })

  test('A12: gets nothing when there are fewer distinct shares than it needs', () => {
    for (const held of [[], shares(2), [share(1), share(2), share(3, 2)]]) {
      const fake = new FakeNode({ world: world({ shares: held }) }).run(HOUR)
      expect(fake.reason()).toBe('InsufficientKeys')
      expect(fake.sent).toEqual([])
    }
  })

  test('1.6.5: spec.keyThreshold below what it needs sends nothing, instead of too few for ever', () => {
    const fake = new FakeNode({ world: world({ policy: { ...POLICY, keyThreshold: 2 } }) }).run(HOUR)
    expect(fake.reason()).toBe('InsufficientKeys')
    expect(fake.sent).toEqual([])
  })
})

describe('wrong shares', () => {
  test.each([1, 2, 3, 4, 5])('A9: one wrong share of five (the %ith) is found, and named', (wrong) => {
    const fake = new FakeNode({ good: [1, 2, 3, 4, 5].filter((index) => index !== wrong) }).run(10 * MINUTE)
    expect(fake.status.sealed).toBe(false)
    const failed = fake.told('attempt failed').length
    expect(failed).toBeLessThanOrEqual(2)
    if (failed > 0)
      expect(fake.told('opened')).toMatchObject([{ wrong: [expect.arrayContaining([expect.objectContaining({ index: wrong })])] }])
  })

  test('A9: one wrong share of ten, with a threshold of five, too', () => {
    for (let wrong = 1; wrong <= 10; wrong++) {
      const good = Array.from({ length: 10 }, (_, at) => at + 1).filter((index) => index !== wrong)
      const fake = new FakeNode({ good, status: sealStatus({ threshold: 5, shares: 10 }), world: world({ shares: shares(10) }) }).run(HOUR)
      expect(fake.status.sealed, `${wrong}`).toBe(false)
    }
  })

  test('A10: shares of another cluster are tried ten times, then no more, until they or the pod change', () => {
    const fake = new FakeNode({ good: [] }).run(24 * HOUR)
    expect(fake.reason()).toBe('KeysRejected')
    expect(fake.told('attempt failed')).toHaveLength(10)
    expect(fake.told('keys rejected')).toHaveLength(1)
    const before = fake.sent.length
    fake.run(HOUR, { saw: 'change' })
    expect(fake.sent).toHaveLength(before)
  })

  test('A13: a new set of shares is tried at once, though the old one was given up', () => {
    const fake = new FakeNode({ good: [6, 7, 8] }).run(HOUR)
    expect(fake.reason()).toBe('KeysRejected')
    fake.world = world({ shares: [share(6), share(7), share(8)], keySet: 'new' })
    fake.run(SECOND, { saw: 'change' })
    expect(fake.status.sealed).toBe(false)
  })

  test('a source that is away for a moment does not make what was refused count no more', () => {
    const fake = new FakeNode({ good: [] }).run(HOUR)
    const sent = fake.sent.length
    fake.world = world({ shares: [], keySet: 'none' })
    fake.run(MINUTE, { saw: 'change' })
    fake.world = world()
    fake.run(HOUR, { saw: 'change' })
    expect(fake.sent).toHaveLength(sent)
  })

  test('what was given up before the operator restarted is not tried again', () => {
    const fake = new FakeNode({ good: [], node: newNode({ givenUpOn: 'set' }) }).run(HOUR)
    expect(fake.reason()).toBe('KeysRejected')
    expect(fake.sent).toEqual([])
    expect(fake.told('keys rejected')).toEqual([])
  })

  test('shares that have opened another node go first', () => {
    const proven = new Set(['share-3', 'share-4', 'share-5'])
    const fake = new FakeNode({
      good: [3, 4, 5],
      world: world({ siblings: { open: 1, leader: undefined, initialized: true, proven } }),
    }).run(0)
    expect(names(fake)).toEqual(['share-3', 'share-4', 'share-5'])
  })

  test('two shares of one place are never sent together', () => {
    const fake = new FakeNode({ world: world({ shares: [share(1), share(2, 1), share(3), share(4)] }) }).run(0)
    expect(names(fake)).not.toEqual(expect.arrayContaining(['share-1', 'share-2']))
    expect(fake.status.sealed).toBe(false)
  })
})

describe('others at work', () => {
  const withForeign = (over: Partial<typeof POLICY>) => {
    const fake = new FakeNode({ world: world({ policy: { ...POLICY, ...over } }) })
    fake.foreign('share-5')
    return fake
  }

  test('A7: nothing is sent while they may still go on', () => {
    const fake = withForeign({}).run(29 * SECOND)
    expect(fake.reason()).toBe('ForeignProgress')
    expect(fake.sent).toEqual([])
    fake.foreign('share-4')
    fake.run(29 * SECOND, { saw: 'change' })
    expect(fake.sent).toEqual([])
  })

  test('A7: Join adds ours to theirs', () => {
    const fake = withForeign({}).run(31 * SECOND)
    expect(names(fake)).toEqual(['share-1', 'share-2'])
    expect(fake.status.sealed).toBe(false)
    expect(fake.told('opened')).toMatchObject([{ shares: [] }])
  })

  test('A7: Join with a wrong one among theirs is refused, and says nothing of ours', () => {
    const fake = withForeign({})
    fake.foreign('nonsense')
    fake.run(2 * MINUTE)
    expect(fake.status.sealed).toBe(false)
    expect(fake.told('opened')).toMatchObject([{ wrong: [] }])
  })

  test('A7: Reset drops theirs first', () => {
    const fake = withForeign({ foreignProgress: 'Reset' }).run(31 * SECOND)
    expect(fake.told('reset')).toHaveLength(1)
    expect(names(fake)).toEqual(['share-1', 'share-2', 'share-3'])
  })

  test('A7: Wait never sends anything', () => {
    const fake = withForeign({ foreignProgress: 'Wait' }).run(HOUR)
    expect(fake.sent).toEqual([])
  })

  test('A8: others who finish between two shares of ours are no error', () => {
    const fake = new FakeNode()
    fake.answer = (action) => {
      if (action.do !== 'submit') return undefined
      fake.status = { ...fake.status, sealed: false, progress: 0 }
      return { saw: 'submitted', status: fake.status }
    }
    fake.run(0)
    expect(fake.node.standing.state).toBe('Unsealed')
  })

  test('A8: others who reset between two shares of ours are noticed: it begins anew', () => {
    const fake = new FakeNode()
    let submissions = 0
    fake.answer = (action) => {
      if (action.do === 'submit' && ++submissions === 2) {
        fake.held = ['somebody-elses']
        fake.status = { ...fake.status, nonce: 'another', progress: 1 }
        return { saw: 'submitted', status: fake.status }
      }
      return undefined
    }
    fake.run(0)
    expect(fake.reason()).toBe('ForeignProgress')
    fake.run(5 * MINUTE)
    expect(fake.status.sealed).toBe(false)
  })
})

describe('nodes that get nothing', () => {
  const QUIET = [
    ['A16: not initialised', sealStatus({ initialized: false, threshold: 0, storageType: 'inmem' }), 'Uninitialized'],
    ['A16: waiting to join', sealStatus({ initialized: false, threshold: 0 }), 'WaitingForRaftJoin'],
    ['A17: with a seal migration pending', sealStatus({ migration: true, recoverySeal: true }), 'MigrationPending'],
    ['A18: with an auto-seal', sealStatus({ recoverySeal: true, sealType: 'transit' }), 'AutoSeal'],
    ['removed from the cluster', sealStatus({ removedFromCluster: true }), 'RemovedFromCluster'],
  ] as const
  test.each(QUIET)('%s', (_, status, reason) => {
    const fake = new FakeNode({ status }).run(HOUR)
    expect(fake.reason()).toBe(reason)
    expect(fake.sent).toEqual([])
  })

  test.each(['Paused', 'DryRun', 'OutsideWindow', 'KeysMissing', 'ClusterMismatch', 'OneAtATime'] as const)('while %s', (reason) => {
    const fake = new FakeNode({ world: world({ permission: { may: false, reason, message: 'no' } }) }).run(HOUR)
    expect(fake.reason()).toBe(reason)
    expect(fake.sent).toEqual([])
    fake.world = world()
    fake.run(SECOND, { saw: 'change' })
    expect(fake.status.sealed).toBe(false)
  })

  test('A29: a pause between two shares holds the next one back', () => {
    const fake = new FakeNode()
    fake.answer = (action) => {
      if (action.do === 'submit') fake.world = world({ permission: { may: false, reason: 'Paused', message: 'paused' } })
      return undefined
    }
    fake.run(HOUR)
    expect(fake.sent).toHaveLength(1)
    expect(fake.reason()).toBe('Paused')
  })

  test('A17: a migration that is agreed to is submitted with the flag', () => {
    const fake = new FakeNode({ status: sealStatus({ migration: true }), world: world({ policy: { ...POLICY, migrate: true } }) })
    const flags: boolean[] = []
    fake.answer = (action) => {
      if (action.do === 'submit') flags.push(action.migrate)
      return undefined
    }
    fake.run(0)
    expect(flags).toEqual([true, true, true])
  })
})

describe('nodes that cannot be asked', () => {
  test.each([
    ['A24', { is: 'unreachable', code: 'ECONNREFUSED', sent: false }, 'Unreachable'],
    ['A21: a wrong name', { is: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'TLSFailure'],
    ['A24: a proxy', { is: 'notVault' }, 'NotVault'],
    ['A34: removed', { is: 'removed' }, 'RemovedFromCluster'],
    ['A34', { is: 'serverError' }, 'VaultError'],
  ] as const)('%s: %o is %s, asked again with growing pauses', (_, failure, reason) => {
    const fake = new FakeNode()
    fake.answer = () => ({ saw: 'status failed', failure })
    fake.run(10 * MINUTE)
    expect(fake.reason()).toBe(reason)
    expect(fake.actions.filter((action) => action === 'check').length).toBeLessThan(20)
    fake.answer = undefined
    fake.run(SECOND, { saw: 'change' })
    expect(fake.status.sealed).toBe(false)
  })

  test.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for other names'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CA that is trusted'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no TLS is spoken'],
  ])('A21, A22: %s is told in words', (code, words) => {
    const fake = new FakeNode()
    fake.answer = () => ({ saw: 'status failed', failure: { is: 'tls', code } })
    fake.run(0)
    expect(fake.node.standing.message).toContain(words)
  })

  test('A4: a pod that is another one right before sending gets nothing', () => {
    const fake = new FakeNode()
    fake.answer = (action) => (action.do === 'submit' ? { saw: 'unverified', message: 'another address' } : undefined)
    fake.run(MINUTE)
    expect(fake.reason()).toBe('NotVerified')
    expect(fake.sent).toEqual([])
  })
})

test('whatever happens, and however often, wrong shares are submitted a bounded number of times an hour', () => {
  const happenings = fc.constantFrom('change', 'restart', 'foreign', 'unverified', 'lost answer', 'wait', 'new pod', 'new set', 'first set')
  fc.assert(
    fc.property(fc.array(fc.tuple(happenings, fc.integer({ min: 0, max: 120 * SECOND })), { minLength: 20, maxLength: 300 }), (events) => {
      const fake = new FakeNode({ good: [] })
      for (const [event, ms] of events) {
        fake.answer = undefined
        if (event === 'restart') fake.restart()
        if (event === 'foreign') fake.foreign(`foreign-${fake.now}`)
        if (event === 'unverified') fake.answer = (action) => (action.do === 'submit' ? { saw: 'unverified', message: 'no' } : undefined)
        if (event === 'lost answer') fake.answer = (action) => (action.do === 'submit' ? { saw: 'unanswered' } : undefined)
        if (event === 'new pod') fake.node = newNode({ ledger: fake.node.ledger })
        if (event === 'new set') fake.world = world({ keySet: `set-${fake.now}` })
        if (event === 'first set') fake.world = world()
        fake.run(ms, { saw: 'change' })
      }
      for (const { at } of fake.sent) {
        const hour = fake.sent.filter((each) => each.at > at - HOUR && each.at <= at)
        expect(hour.length).toBeLessThanOrEqual(60 * 5)
      }
    }),
    { numRuns: 60 },
  )
})

test('of one set of shares no more than maxAttemptsPerHour attempts, also when the pod is replaced all the time', () => {
  const fake = new FakeNode({ good: [] })
  for (let pod = 0; pod < 100; pod++) {
    fake.node = newNode({ ledger: fake.node.ledger })
    fake.restart()
    fake.run(20 * SECOND, { saw: 'change' })
  }
  expect(fake.now).toBeLessThan(HOUR)
  expect(fake.told('attempt failed').length).toBeLessThanOrEqual(12)
  expect(fake.sent.length).toBeLessThanOrEqual(12 * 3)
  expect(fake.reason()).toBe('TooManyAttempts')
})
