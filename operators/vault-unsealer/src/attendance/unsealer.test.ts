import { eventually, type FakeVault } from 'kubewright/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ShareSet } from '../keys/share-set.ts'
import { POLICY } from '../machine/fake-node.ts'
import { HOUR, memberAt, replica, settings, stage } from './staged-unsealer.ts'

const opens = (vault: FakeVault) => eventually(() => expect(vault.nodes.map(({ sealed }) => sealed)).not.toContain(true))

test('1.6.4: a pod of which an event tells something is looked at then, and not at the end of the interval', async () => {
  const on = await stage()
  const { unsealer, reason } = replica(on, settings(on.vault, on.keys()))
  await eventually(() => expect(reason()).toBe('Unsealed'))
  await on.vault.nodes[0]!.restart()
  unsealer.update(settings(on.vault, unsealer.settings.keys, { members: [memberAt(on.vault, 0, { signature: 'restarted' })] }))
  await on.clock.advance(250)
  await opens(on.vault)
})

test('1.6.4: what an event tells of a pod is acted on before any reconcile, and the reconcile that follows asks nothing again', async () => {
  const on = await stage()
  const pod = { namespace: 'ns', name: 'vault-0', uid: 'vault-0', ip: '10.0.0.1' }
  const member = memberAt(on.vault, 0, { pod })
  const { unsealer, reason } = replica(on, settings(on.vault, on.keys(), { members: [member] }))
  await eventually(() => expect(reason()).toBe('Unsealed'))
  await on.vault.nodes[0]!.restart()
  await on.clock.advance(1_000)
  const { received } = on.vault.nodes[0]!
  received.length = 0
  unsealer.notice({ id: 'vault-0', ip: '10.0.0.2', paused: false, news: 'of another address' })
  unsealer.notice({ id: 'vault-0', ip: '10.0.0.1', paused: true, news: 'of a pod that somebody has paused' })
  await on.clock.advance(1_000)
  expect(received).toEqual([])
  unsealer.notice({ id: 'vault-0', ip: '10.0.0.1', paused: false, news: 'sealed' })
  await opens(on.vault)
  unsealer.update(settings(on.vault, unsealer.settings.keys, { members: [{ ...member, news: 'sealed' }] }))
  await on.clock.advance(10_000)
  expect(received.map(({ path }) => path)).toEqual(['sys/seal-status', 'sys/unseal', 'sys/unseal', 'sys/unseal'])
})

test('1.6.6: shares that somebody has left behind are reset before the first of ours, where the spec says so', async () => {
  const on = await stage()
  on.vault.nodes[0]!.holdForeignShare(Buffer.alloc(33, 9))
  const policy = { ...POLICY, foreignProgress: 'Reset' } as const
  const { reason } = replica(on, settings(on.vault, on.keys(), { policy }))
  await eventually(() => expect(reason()).toBe('ForeignProgress'))
  expect(on.vault.nodes[0]!.submissions).toBe(0)
  await on.clock.advance(POLICY.foreignGraceMs)
  await eventually(() => expect(reason()).toBe('Unsealed'))
  const bodies = on.vault.nodes[0]!.received.filter(({ path }) => path === 'sys/unseal').map(({ body }) => JSON.parse(body.toString()))
  expect(bodies.map((body: object) => 'reset' in body)).toEqual([true, false, false, false])
})

test('1.6.7, A18: not initialised, an auto-seal, and a pending migration are told, and get nothing', async () => {
  const [blank, auto, migrating] = [await stage({ state: 'uninitialized' }), await stage({ state: 'open', seal: 'auto' }), await stage()]
  auto.vault.nodes[0]!.seal()
  migrating.vault.startMigration('auto')
  await migrating.vault.nodes[0]!.restart()
  for (const [on, expected] of [
    [blank, 'Uninitialized'],
    [auto, 'AutoSeal'],
    [migrating, 'MigrationPending'],
  ] as const) {
    const { reason } = replica(on, settings(on.vault, migrating.keys()))
    await eventually(() => expect(reason()).toBe(expected))
    expect(on.vault.nodes[0]!.submissions).toBe(0)
  }
})

test('1.6.16: a replica that does not lead any more sends nothing', async () => {
  const on = await stage()
  const { failures } = replica(on, settings(on.vault, on.keys()), {
    verify: () => Promise.reject(new Error('this replica does not lead')),
  })
  await eventually(() => expect(failures).toHaveLength(1))
  expect(on.vault.nodes[0]!.submissions).toBe(0)
})

test('A20: a pod that is replaced all the time with wrong shares gets no more attempts than its name may have in an hour', async () => {
  const on = await stage({ shares: 1, threshold: 1 })
  const wrong = () => new ShareSet([Buffer.alloc(33, 7)])
  const policy = { ...POLICY, intervalMs: HOUR }
  const { unsealer, reason } = replica(on, settings(on.vault, wrong(), { policy }))
  for (let round = 1; round <= 20; round++) {
    await eventually(() => expect(reason()).toBe(round <= policy.attemptsPerHour ? 'AttemptFailed' : 'TooManyAttempts'))
    await on.vault.nodes[0]!.restart()
    const members = [memberAt(on.vault, 0, { id: `uid-${round}` })]
    unsealer.update(settings(on.vault, unsealer.settings.keys, { members, policy }))
    await on.clock.advance(2_000)
  }
  expect(on.vault.nodes[0]!.submissions).toBe(policy.attemptsPerHour)
})

test('A22: without a client certificate nothing gets through; with the one that comes into its Secret it is opened', async () => {
  const on = await stage({ requireClientCertificate: true })
  const { unsealer, reason } = replica(on, settings(on.vault, on.keys()))
  await eventually(() => expect(reason()).toBe('Unreachable'))
  expect(on.vault.nodes[0]!.received).toEqual([])
  const tls = { ca: on.vault.ca, ...on.vault.clientCertificate('operator') }
  unsealer.update(settings(on.vault, unsealer.settings.keys, { tls }))
  await on.clock.advance(2_500)
  await opens(on.vault)
})

test('A23: a pod with an IPv6 address is reached there, and verified by its name', async () => {
  const on = await stage({ hosts: ['::1'] })
  replica(on, settings(on.vault, on.keys()))
  await opens(on.vault)
})

test.each([
  ['a slow answer', { is: 'slow', ms: 6_000 }, 'Busy'],
  ['no answer', { is: 'hang' }, 'Busy'],
  ['a page of a proxy', { is: 'answer', answer: { status: 502, text: { type: 'text/html', content: '<html>' } } }, 'NotVault'],
  ['an answer without end', { is: 'answer', answer: { status: 200, body: { data: 'x'.repeat(100_000) } } }, 'NotVault'],
] as const)(
  'A24: %s to the question how it stands: nothing is sent, and it is opened when that is over',
  async (_name, fault, expected) => {
    const on = await stage()
    const mend = on.vault.nodes[0]!.fault(fault)
    const { reason } = replica(on, settings(on.vault, on.keys()))
    await eventually(() => expect(on.vault.nodes[0]!.received).toHaveLength(1))
    await on.clock.advance(5_000)
    await eventually(() => expect(reason()).toBe(expected))
    expect(on.vault.nodes[0]!.submissions).toBe(0)
    mend()
    await on.clock.advance(5_000)
    await opens(on.vault)
  },
)

test('A24: a redirect of a share is not followed', async () => {
  const [on, stranger] = [await stage(), await stage()]
  const answer = { status: 307, headers: { location: `${stranger.vault.address}/v1/sys/unseal` } }
  on.vault.nodes[0]!.fault({ is: 'answer', answer }, { only: ({ path }) => path === 'sys/unseal' })
  const { reason } = replica(on, settings(on.vault, on.keys()))
  await eventually(() => expect(reason()).toBe('VaultError'))
  expect(on.vault.nodes[0]!.submissions).toBe(1)
  expect(stranger.vault.nodes[0]!.received).toEqual([])
})

test('A27: two replicas that both think that they lead open it together, and neither reports a wrong share', async () => {
  const on = await stage()
  const both = [replica(on, settings(on.vault, on.keys())), replica(on, settings(on.vault, on.keys()))]
  for (let seconds = 0; seconds < 90 && on.vault.nodes[0]!.sealed; seconds++) await on.clock.advance(1_000)
  await opens(on.vault)
  for (const { unsealer } of both) expect(unsealer.attendants[0]!.node.givenUp).toBe(false)
})

test('A28: an operator that comes back in the middle of a sequence goes on from what the node holds', async () => {
  const on = await stage()
  const mend = on.vault.nodes[0]!.fault({ is: 'hang' }, { only: ({ path }) => path === 'sys/unseal' && on.vault.nodes[0]!.progress === 1 })
  const before = replica(on, settings(on.vault, on.keys()))
  await eventually(() => expect(on.vault.nodes[0]!.submissions).toBe(2))
  await before.stop()
  mend()
  expect(on.vault.nodes[0]!.progress).toBe(1)
  const { reason } = replica(on, settings(on.vault, on.keys()))
  await eventually(() => expect(reason()).toBe('ForeignProgress'))
  await on.clock.advance(POLICY.foreignGraceMs)
  await eventually(() => expect(reason()).toBe('Unsealed'))
})

test('A33: no namespace is sent, though the environment of the operator names one', async () => {
  vi.stubEnv('VAULT_NAMESPACE', 'team')
  onTestFinished(() => void vi.unstubAllEnvs())
  const on = await stage({ product: 'openbao' })
  replica(on, settings(on.vault, on.keys()))
  await opens(on.vault)
  for (const { headers } of on.vault.nodes[0]!.received) expect(headers).not.toHaveProperty('x-vault-namespace')
})
