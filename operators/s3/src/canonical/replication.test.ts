import { describe, expect, test } from 'vitest'
import { canonicalReplication, replicationConfiguration } from './replication.ts'

const role = 'arn:aws:iam::123456789012:role/copies'
const rule = { id: 'all', status: 'Enabled' as const, deleteMarkers: false, destination: { bucket: 'mirror' } }
const sent = (over: object = {}) => replicationConfiguration({ role, rules: [{ ...rule, ...over }] })

describe('a replication', () => {
  test('is sent in the form that has filters, which asks for a priority and for what becomes of markers', () => {
    expect(sent()).toEqual({
      Role: role,
      Rules: [
        {
          ID: 'all',
          Status: 'Enabled',
          Priority: 1,
          Filter: { Prefix: '' },
          DeleteMarkerReplication: { Status: 'Disabled' },
          Destination: { Bucket: 'arn:aws:s3:::mirror' },
        },
      ],
    })
  })

  test('says tags, a storage class, an account and a key where they are said', () => {
    const destination = { bucket: 'arn:minio:replication::1:mirror', account: '123456789012', storageClass: 'STANDARD_IA', kmsKeyId: 'k' }
    expect(sent({ prefix: 'a/', tags: { team: 'web' }, destination })).toMatchObject({
      Rules: [
        {
          Filter: { And: { Prefix: 'a/', Tags: [{ Key: 'team', Value: 'web' }] } },
          SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
          Destination: {
            Bucket: 'arn:minio:replication::1:mirror',
            ...{ Account: '123456789012', StorageClass: 'STANDARD_IA' },
            EncryptionConfiguration: { ReplicaKmsKeyID: 'k' },
          },
        },
      ],
    })
    expect(sent({ tags: { a: '1' } })).toMatchObject({ Rules: [{ Filter: { Tag: { Key: 'a', Value: '1' } } }] })
  })

  test('gives the earlier of two rules the higher priority, and a priority that is said to itself', () => {
    const { Rules } = replicationConfiguration({ role, rules: [rule, { ...rule, id: 'b', priority: 7 }, { ...rule, id: 'c' }] })
    expect((Rules as readonly { readonly Priority: number }[]).map(({ Priority }) => Priority)).toEqual([3, 7, 1])
  })

  test('means the same with rules in another order, an older prefix, an And around one thing, and what servers leave out', () => {
    const [first] = sent({ prefix: 'a/' })['Rules'] as readonly object[]
    const meaning = canonicalReplication(sent({ prefix: 'a/' }))
    for (const answered of [
      { ...first, Filter: undefined, Prefix: 'a/' },
      { ...first, Filter: { And: { Prefix: 'a/', Tags: [] } } },
      { ...first, DeleteMarkerReplication: undefined },
    ])
      expect(canonicalReplication({ Role: role, Rules: [answered] })).toEqual(meaning)
    const rules = [rule, { ...rule, id: 'b', priority: 9 }]
    const two = replicationConfiguration({ role, rules })
    expect(canonicalReplication({ ...two, Rules: (two['Rules'] as readonly object[]).toReversed() })).toEqual(canonicalReplication(two))
  })

  test('is another with another role, rule, destination, filter, or with markers', () => {
    const meanings = [
      sent(),
      replicationConfiguration({ role: `${role}-2`, rules: [rule] }),
      ...[{ status: 'Disabled' }, { deleteMarkers: true }, { prefix: 'a' }, { priority: 4 }, { tags: { a: '' } }].map(sent),
      ...[{ bucket: 'other' }, { bucket: 'mirror', account: '1' }, { bucket: 'mirror', kmsKeyId: 'k' }].map((destination) =>
        sent({ destination }),
      ),
    ].map((configuration) => JSON.stringify(canonicalReplication(configuration)))
    expect(new Set(meanings).size).toBe(meanings.length)
  })

  test('is Off without rules, whatever a server answers for that', () => {
    for (const answer of [undefined, {}, { Role: '' }, { Role: role, Rules: [] }]) expect(canonicalReplication(answer)).toBe('Off')
  })
})
