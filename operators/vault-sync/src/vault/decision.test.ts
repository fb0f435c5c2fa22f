import { describe, expect, test } from 'vitest'
import { type Decision, decide, type Found, type Wish } from './decision.ts'
import type { Marks } from './marks.ts'

const OURS = 'east/team/Deployment/shop'
const policy = { driftPolicy: 'Repair', updatePolicy: 'Replace', adopt: false, verifyValues: false } as const

const wish = (over: Partial<Wish> = {}): Wish => ({
  owner: OURS,
  digest: 'k1:new',
  known: { version: 3, digest: 'k1:new' },
  policy,
  ...over,
})
const marks = (over: Partial<Marks> = {}): Marks => ({
  owner: OURS,
  ownerUid: 'u',
  digest: 'k1:new',
  syncedVersion: 3,
  base64Keys: [],
  ...over,
})
const found = (over: Partial<Found> = {}): Found => ({ currentVersion: 3, live: true, marks: marks(), ...over })

const NEVER = { known: undefined } as const
const NOTHING_THERE: Found = { currentVersion: 0, live: false, marks: undefined }

describe('a path of a KV 2', () => {
  test.each<[string, Found | undefined, Wish, Decision]>([
    ['nothing there: the first version', NOTHING_THERE, wish(NEVER), { do: 'write', cas: 0, why: 'new' }],
    ['marked and right: nothing', found(), wish(), { do: 'nothing' }],
    ['marked and right, the ledger lost: nothing', found(), wish(NEVER), { do: 'nothing' }],
    ['the content changed', found(), wish({ digest: 'k1:newer' }), { do: 'write', cas: 3, why: 'changed' }],
    [
      'B18: somebody else’s without a mark: the values decide, and other ones are his',
      found({ marks: undefined }),
      wish(NEVER),
      { do: 'compare', version: 3, otherwise: { do: 'refuse', owner: undefined } },
    ],
    [
      'B18: adopted',
      found({ marks: undefined }),
      wish({ ...NEVER, policy: { ...policy, adopt: true } }),
      { do: 'write', cas: 3, why: 'adopted' },
    ],
    [
      'B19: another owner’s',
      found({ marks: marks({ owner: 'west/team/Deployment/shop' }) }),
      wish(NEVER),
      { do: 'refuse', owner: 'west/team/Deployment/shop' },
    ],
    [
      'B19: another owner’s, though the ledger has its version',
      found({ marks: marks({ owner: 'other' }) }),
      wish(),
      { do: 'refuse', owner: 'other' },
    ],
    [
      'another owner’s, adopted: always a new version, so that the other one’s check fails',
      found({ marks: marks({ owner: 'other' }) }),
      wish({ policy: { ...policy, adopt: true } }),
      { do: 'write', cas: 3, why: 'adopted' },
    ],
    [
      'B19: the first has left and released it',
      found({ live: false, marks: marks({ owner: '' }) }),
      wish(NEVER),
      { do: 'write', cas: 3, why: 'new' },
    ],
    [
      'released, and written since, by somebody or by us before the program died',
      found({ marks: marks({ owner: '' }) }),
      wish(NEVER),
      { do: 'compare', version: 3, otherwise: { do: 'refuse', owner: undefined } },
    ],
    ['B20: recreated under its name', found({ marks: marks({ ownerUid: 'another' }) }), wish(NEVER), { do: 'nothing' }],
    ['a grave that is not ours', found({ live: false, marks: undefined }), wish(NEVER), { do: 'refuse', owner: undefined }],
    ['B30: killed between write and mark, the ledger has the version', found({ marks: undefined }), wish(), { do: 'mark', version: 3 }],
    [
      'B9: marks cannot be made, and the content changed',
      found({ marks: undefined }),
      wish({ digest: 'k1:newer' }),
      { do: 'write', cas: 3, why: 'changed' },
    ],
    [
      'B31: another digest key: one look, and equal values stay',
      found({ marks: marks({ digest: 'k0:old' }) }),
      wish(),
      { do: 'compare', version: 3, otherwise: { do: 'write', cas: 3, why: 'changed' } },
    ],
    [
      'B31: a digest that is none',
      found({ marks: marks({ digest: 'rubbish' }) }),
      wish(),
      { do: 'compare', version: 3, otherwise: { do: 'write', cas: 3, why: 'changed' } },
    ],
    [
      'values are to be verified',
      found(),
      wish({ policy: { ...policy, verifyValues: true } }),
      { do: 'compare', version: 3, otherwise: { do: 'write', cas: 3, why: 'drift' } },
    ],
    ['metadata cannot be read: the first write may only create', undefined, wish(NEVER), { do: 'write', cas: 0, why: 'new' }],
    ['metadata cannot be read: the ledger is believed', undefined, wish(), { do: 'nothing' }],
    [
      'metadata cannot be read: a change, guarded by the version',
      undefined,
      wish({ digest: 'k1:newer' }),
      { do: 'write', cas: 3, why: 'changed' },
    ],
    [
      'IfNotExists: what is there stays',
      found(),
      wish({ digest: 'k1:newer', policy: { ...policy, updatePolicy: 'IfNotExists' } }),
      { do: 'nothing' },
    ],
    [
      'IfNotExists: what is not there is written',
      NOTHING_THERE,
      wish({ ...NEVER, policy: { ...policy, updatePolicy: 'IfNotExists' } }),
      { do: 'write', cas: 0, why: 'new' },
    ],
  ])('%s', (_, there, wanted, expected) => expect(decide(there, wanted)).toEqual(expected))
})

describe('B15, B16: changed by somebody else', () => {
  const drifted: readonly [string, Found, number][] = [
    ['overwritten', found({ currentVersion: 4 }), 4],
    ['soft-deleted or destroyed', found({ live: false }), 3],
    ['purged', NOTHING_THERE, 0],
    ['soft-deleted, and the marks gone', found({ live: false, marks: undefined }), 3],
  ]
  const last = (decision: Decision) => (decision.do === 'compare' ? decision.otherwise : decision)

  test.each(drifted)('%s: repaired on top of the current version', (_, there, cas) => {
    expect(last(decide(there, wish()))).toEqual({ do: 'write', cas, why: 'drift' })
  })

  test.each(drifted)('%s: reported and left', (_, there) => {
    expect(last(decide(there, wish({ policy: { ...policy, driftPolicy: 'Report' } })))).toEqual({ do: 'leave', because: 'drifted' })
  })

  test.each(drifted)('%s: ignored', (_, there) => {
    expect(last(decide(there, wish({ policy: { ...policy, driftPolicy: 'Ignore' } })))).toEqual({ do: 'nothing' })
  })

  test.each(drifted)('%s, and changed in Kubernetes too: that is written, whatever the policy', (_, there, cas) => {
    const wanted = wish({ digest: 'k1:newer', policy: { ...policy, driftPolicy: 'Report' } })
    expect(last(decide(there, wanted))).toEqual({ do: 'write', cas, why: 'changed' })
  })
})
