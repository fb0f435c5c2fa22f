import type { Lease } from '@kubewright/client'
import { expect, test } from 'vitest'
import { nextTable, territoryOf } from './assignment.ts'
import { familyOf, positionOfFamily } from './family.ts'
import { heldBy, type Member, memberKey, memberLeaseName, readMember } from './member.ts'
import { resolveSharding } from './options.ts'
import { Ring } from './ring.ts'
import { observe, type Sighting, type Sightings, stateOf } from './sightings.ts'
import { readTable, type Table, tableLeaseName, withTable } from './table.ts'

const ring = { name: 'op', namespace: 'sys' }
const member = (identity: string, incarnation = `${identity}-1`): Member => ({ identity, incarnation })
const [a, b, c] = [member('a'), member('b'), member('c')]

test('a table survives its Lease, which keeps what others have put on it', () => {
  const table: Table = { epoch: 7, placement: 'family', members: [a, c], former: [{ epoch: 6, members: [a, b, c], open: [b] }] }
  const before: Lease = { metadata: { name: 'op-shards', annotations: { team: 'x' } } }
  const lease = withTable(table, ring, before)
  expect(readTable(lease)).toEqual(table)
  expect(lease.metadata).toMatchObject({ annotations: { team: 'x' }, labels: { 'kubewright.dev/shards': 'op' } })
  expect(tableLeaseName(ring)).toBe('op-shards')
})

test.each(['', 'no JSON', 'null', '{}', '{"epoch":0,"who":[],"members":[],"former":[]}', '{"epoch":1,"who":[],"members":[3],"former":[]}'])(
  'a table that somebody has broken (%s) is none',
  (text) => expect(readTable({ metadata: { annotations: { 'kubewright.dev/shard-table': text } } })).toBeUndefined(),
)

test('a member’s Lease says who it is, in which life, and what it has confirmed', () => {
  const holding = { ring, member: member('Host_1', 'life-1'), duration: 15_000, patience: 12_500, placement: 'family' as const, wallNow: 0 }
  const lease = heldBy({ ...holding, confirmed: 3 }, undefined)
  expect(readMember(lease)).toMatchObject({
    member: { identity: 'Host_1', incarnation: 'life-1' },
    released: false,
    confirmed: 3,
    patience: 12_500,
  })
  // Of one that does not say, all of the lease is waited for.
  const { 'kubewright.dev/shard-patience-ms': _, ...annotations } = lease.metadata.annotations!
  expect(readMember({ ...lease, metadata: { ...lease.metadata, annotations } })).toMatchObject({ patience: 15_000 })
  // A new life has confirmed nothing.
  const next = heldBy({ ...holding, member: member('Host_1', 'life-2'), confirmed: undefined }, lease)
  expect(readMember(next)).toMatchObject({ member: { incarnation: 'life-2' }, confirmed: undefined })
  expect(next.spec).toMatchObject({ leaseTransitions: 1 })
  expect(readMember({ ...lease, spec: { ...lease.spec, holderIdentity: '' } })).toMatchObject({
    member: { identity: 'Host_1' },
    released: true,
  })
  expect(readMember(withTable({ epoch: 1, placement: 'family', members: [], former: [] }, ring, undefined))).toBeUndefined()
})

test.each(['web-0', 'Web-0', 'web_0', 'web.0', '___', 'x'.repeat(300)])('the Lease of "%s" has a legal name', (identity) => {
  expect(memberLeaseName(ring, identity)).toMatch(/^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/)
})

test('identities that differ only in what names cannot have get different Leases', () => {
  const names = ['web-0', 'Web-0', 'web_0', 'web.0'].map((identity) => memberLeaseName(ring, identity))
  expect(new Set(names).size).toBe(4)
})

const seen = (of: Member, over: Partial<Sighting> = {}): [string, Sighting] => [
  memberKey(of),
  { member: of, resourceVersion: '1', changedAt: 0, patience: 15_000, confirmed: undefined, goneAt: undefined, ...over },
]

test('earlier tables accumulate until everybody has confirmed a later one, so that a range that moves on waits for all of its owners', () => {
  const nobody: Sightings = new Map([seen(a), seen(b)])
  const first = nextTable(undefined, [a], nobody)
  const second = nextTable(first, [b], nobody)
  const third = nextTable(second, [c], nobody)
  expect(third).toMatchObject({
    epoch: 3,
    former: [
      { epoch: 1, open: [a] },
      { epoch: 2, open: [b] },
    ],
  })
  const letGo = (who: readonly Member[]) => (other: Member) => who.includes(other)
  expect(territoryOf(c, third, letGo([])).share).toBe(0)
  expect(territoryOf(c, third, letGo([b])).share).toBe(0)
  expect(territoryOf(c, third, letGo([a, b])).share).toBe(1)
  // What is known to be over is not handed on.
  const known: Sightings = new Map([seen(a, { confirmed: 2 }), seen(b, { goneAt: 5 })])
  expect(nextTable(second, [c], known).former).toEqual([])
})

test('only what was another’s waits for it', () => {
  const table = nextTable({ epoch: 1, placement: 'family', members: [a], former: [] }, [a, b], new Map([seen(a)]))
  const never = () => false
  expect(territoryOf(a, table, never).share).toBeGreaterThan(0.3)
  expect(territoryOf(b, table, never).share).toBe(0)
  expect(territoryOf(a, table, never).share + territoryOf(b, table, () => true).share).toBeCloseTo(1)
  expect(territoryOf(c, table, never).isEmpty).toBe(true)
})

test('a member is gone when a question that was sent a whole duration after its last change finds no other', () => {
  const lease = readMember({
    ...heldBy({ ring, member: b, duration: 15_000, patience: 15_000, confirmed: 1, placement: 'family', wallNow: 0 }, undefined),
    metadata: {
      ...heldBy({ ring, member: b, duration: 15_000, patience: 15_000, confirmed: 1, placement: 'family', wallNow: 0 }, undefined).metadata,
      resourceVersion: '5',
    },
  })!
  const look = { leases: [lease], named: [], over: new Set<string>(), patience: 20_000 }
  const one = observe(new Map(), { ...look, sentAt: 0, now: 100 })
  const stateAt = (sightings: Sightings, now: number) => stateOf(sightings.get(memberKey(b))!, now)
  expect([100, 15_099, 15_100, 30_100].map((now) => stateAt(one, now))).toEqual(['ready', 'ready', 'expired', 'uncertain'])
  // An answer that comes late may be older than the time when it comes.
  expect(stateAt(observe(one, { ...look, sentAt: 15_099, now: 20_000 }), 20_000)).toBe('expired')
  const gone = observe(one, { ...look, sentAt: 15_100, now: 15_200 })
  expect([15_200, 75_199, 75_200].map((now) => stateAt(gone, now))).toEqual(['dead', 'dead', 'orphaned'])
  // For good, whatever still arrives under that name.
  const late = { ...lease, lease: { ...lease.lease, metadata: { ...lease.lease.metadata, resourceVersion: '6' } } }
  expect(stateAt(observe(gone, { ...look, leases: [late], sentAt: 16_000, now: 16_000 }), 16_000)).toBe('dead')
  expect(stateAt(observe(new Map(), { ...look, leases: [{ ...lease, released: true }], sentAt: 0, now: 0 }), 0)).toBe('dead')
})

test('an owner and what it controls are one family', () => {
  const owner = { apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name: 'shop', namespace: 'web', uid: '1' } }
  const ownerReferences = [{ apiVersion: 'example.dev/v2', kind: 'Website', name: 'shop', uid: '1', controller: true }]
  const child = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'other', namespace: 'web', ownerReferences } }
  const scope = { cluster: '' }
  expect(familyOf(child, scope)).toEqual(familyOf(owner, scope))
  expect(familyOf(child, { cluster: 'east' })).not.toEqual(familyOf(owner, scope))
  expect(familyOf(child, { ...scope, isNamespaced: () => false })).toMatchObject({ namespace: undefined })
  expect(new Ring(['a', 'b']).ownerOf(positionOfFamily(familyOf(child, scope)))).toBe(
    new Ring(['a', 'b']).ownerOf(positionOfFamily(familyOf(owner, scope))),
  )
})

test.each([
  [{ name: '' }, /"name" is ""/],
  [{ name: 'Has_Space' }, /lower-case/],
  [{ name: 'x'.repeat(54) }, /1 to 53/],
  [{ name: 'op', leaseDuration: 500 }, /below 1 s/],
  [{ name: 'op', leaseDuration: '10s' }, /must be longer than "renewDeadline" \(10000 ms\)/],
  [{ name: 'op', retryPeriod: '9s' }, /1.2 times "retryPeriod"/],
])('options that make no sense are refused: %j', (options, message) => {
  const client = { namespace: 'sys' } as never
  expect(() => resolveSharding(options, { client })).toThrow(message)
  expect(resolveSharding({ name: 'op' }, { client })).toMatchObject({
    namespace: 'sys',
    leaseDuration: 15_000,
    renewDeadline: 10_000,
    retryPeriod: 2_000,
  })
})
