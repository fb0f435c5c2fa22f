import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import type { RootTokenNews } from '../initialization/root-token.ts'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { POLICY, share } from '../machine/fake-node.ts'
import type { Note } from '../machine/model.ts'
import { eventOf, rootTokenEventOf } from '../status/audit.ts'
import { again } from './reconcile.ts'
import { insecurity } from './settings.ts'

const object = (spec: object = {}) =>
  VaultUnsealer.parse(
    VaultUnsealer.of({
      metadata: { name: 'a', namespace: 'ns' },
      spec: {
        vault: { url: 'https://vault:8200' },
        unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
        vaultLabelSelector: 'app=vault',
        interval: '60s',
        ...spec,
      },
    }),
  )

test('1.6.19: the interval is spread by a tenth, so that a thousand unsealers do not come together', () => {
  const pauses = Array.from({ length: 100 }, (_, at) => again({ object: object(), clock: virtualClock(at * 7_919) }))
  for (const pause of pauses) {
    expect(pause).toBeGreaterThanOrEqual(0.9 * POLICY.intervalMs)
    expect(pause).toBeLessThanOrEqual(1.1 * POLICY.intervalMs)
  }
  expect(new Set(pauses).size).toBeGreaterThan(50)
})

const NOTES: readonly Note[] = [
  { is: 'sealed' },
  { is: 'submitted', share: share(1), result: 'rejected', progress: 0, threshold: 3 },
  { is: 'opened', shares: [share(1)], wrong: [], ms: 1 },
  { is: 'opened by others' },
  { is: 'attempt failed', shares: [share(1)] },
  { is: 'keys rejected' },
  { is: 'foreign progress' },
  { is: 'reset' },
  { is: 'wedged' },
  { is: 'joined', leader: 'vault-1' },
  { is: 'initialized' },
  { is: 'join failed', leader: 'vault-1', failure: 'serverError' },
  { is: 'initialization failed', lost: true, message: 'its shares are nowhere', again: false },
  { is: 'unverified', message: 'another address' },
]

test.each(NOTES.map((note) => [note.is, note] as const))('1.6.19: that it was %s is an Event that names the node', (_, note) => {
  const event = eventOf(note, 'vault-0')
  expect(event.note).toMatch(/^vault-0: ./)
  expect(event.reason).toMatch(/^[A-Z][A-Za-z]+$/)
})

test.each<RootTokenNews>([
  { is: 'kept' },
  { is: 'revoked', node: 'vault-0' },
  { is: 'hindered', message: 'Secret ns/keys: there is none' },
])('that the root token is $is is an Event that says so', (news) =>
  expect(rootTokenEventOf(news)).toMatchObject({
    reason: expect.stringMatching(/^RootToken/),
    note: expect.stringContaining('the root token'),
  }),
)

test('A5: with TLS off, or unverified, the condition says that whoever answers gets the shares', () => {
  const { spec } = object()
  expect(insecurity(spec, true, { ca: 'x' })).toBeUndefined()
  expect(insecurity(spec, false, {})).toContain('told by their labels alone')
  expect(insecurity(spec, true, { insecureSkipVerify: true })).toContain('whoever answers')
})
