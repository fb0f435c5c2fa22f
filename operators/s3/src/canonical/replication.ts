import type { BucketSpec } from '../kinds/bucket.ts'
import { count, type Fields, fieldsOf, listOf, text } from './fields.ts'
import { type Json, textOf } from './json.ts'
import { sortedBy } from './order.ts'

type Replication = NonNullable<BucketSpec['replication']>
type Rule = Replication['rules'][number]

const BUCKET_ARN = 'arn:aws:s3:::'

/** In the newer form, with filters: a rule has a priority then, and says what becomes of markers of deletion. */
export function replicationConfiguration({ role, rules }: Replication): Fields {
  return {
    Role: role,
    Rules: rules.map((rule, at) => ({
      ...{ ID: rule.id, Status: rule.status, Priority: rule.priority ?? rules.length - at, Filter: filterOf(rule) },
      DeleteMarkerReplication: { Status: rule.deleteMarkers ? 'Enabled' : 'Disabled' },
      ...(rule.destination.kmsKeyId !== undefined && { SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } }),
      Destination: destinationOf(rule.destination),
    })),
  }
}

/** `And` only around two or more, which S3 demands. */
function filterOf({ prefix = '', tags = {} }: Rule): Fields {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  if (Tags.length === 0) return { Prefix: prefix }
  if (Tags.length === 1 && prefix === '') return { Tag: Tags[0] }
  return { And: { ...(prefix !== '' && { Prefix: prefix }), Tags } }
}

const destinationOf = ({ bucket, account, storageClass, kmsKeyId }: Rule['destination']): Fields => ({
  Bucket: bucket.startsWith('arn:') ? bucket : `${BUCKET_ARN}${bucket}`,
  ...(account !== undefined && { Account: account }),
  ...(storageClass !== undefined && { StorageClass: storageClass }),
  ...(kmsKeyId !== undefined && { EncryptionConfiguration: { ReplicaKmsKeyID: kmsKeyId } }),
})

/** A set of rules by their ids. */
export function canonicalReplication(answer: unknown): Json {
  const { Role, Rules } = fieldsOf(answer)
  const rules = listOf(Rules)
  return rules.length === 0 ? 'Off' : { role: text(Role), rules: sortedBy(rules.map(canonicalRule), textOf) }
}

function canonicalRule(rule: Fields): Json {
  const destination = fieldsOf(rule['Destination'])
  const filter = fieldsOf(rule['Filter'])
  const and = fieldsOf(filter['And'])
  const tags = [...listOf(and['Tags']), ...(filter['Tag'] === undefined ? [] : [fieldsOf(filter['Tag'])])]
  return {
    id: text(rule['ID']),
    status: text(rule['Status']),
    priority: count(rule['Priority']) ?? 0,
    prefix: text(and['Prefix']) ?? text(filter['Prefix']) ?? text(rule['Prefix']),
    tags: Object.fromEntries(tags.flatMap(({ Key, Value }) => (text(Key) === undefined ? [] : [[text(Key)!, text(Value) ?? '']]))),
    deleteMarkers: fieldsOf(rule['DeleteMarkerReplication'])['Status'] === 'Enabled',
    destination: {
      bucket: text(destination['Bucket']),
      account: text(destination['Account']),
      storageClass: text(destination['StorageClass']),
      key: text(fieldsOf(destination['EncryptionConfiguration'])['ReplicaKmsKeyID']),
    },
  }
}

/** The bucket that a destination means: the last part of what may be an ARN. */
export const destinationName = (bucket: string): string => bucket.slice(bucket.lastIndexOf(':') + 1)
