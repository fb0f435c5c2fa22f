import type { DialectName } from '@kubewright/testing'
import type { RecordedServer } from './recording.ts'

/** Where answers differ, and why that is meant. Every other difference fails the suite, and so does one of these that is gone. */
export interface Difference {
  /** Of the titles of the cases. */
  readonly cases: RegExp
  readonly reason: string
}

const known = (cases: RegExp, reason: string): Difference => ({ cases, reason })

const PUBLIC = known(/^policy: status$/, 'a condition on aws:SecureTransport confines nobody: public, as AWS defines it')
const QUIET = known(/^multi-delete: Quiet$/, 'Quiet leaves out what was deleted, as AWS documents')
const MANY = known(/^multi-delete: 1001 keys$/, 'a thousand keys are the most, as AWS documents')
const LOCKOUT = known(
  /^enforce: Deny \* to everyone/,
  'a Deny binds the root of the account too, with the code AccessDenied; only the policy itself stays his',
)
const LOCATION = known(/^bucket: create again with LocationConstraint/, 'the name that AWS has for this error')
const FALLS = known(
  /^FALL-THROUGH: (?:DELETE|PUT) \?sub/,
  'a subresource that S3 has is refused with a method it does not have; what S3 does not know falls through',
)

const VERSITYGW_LACKS: readonly Difference[] = [
  known(
    /^(?:encryption|public access block|lifecycle|logging|notification|replication|request payment): /,
    'versitygw 1.8 answers 501: not implemented there',
  ),
  known(/^(?:managed: create|group: )/, 'versitygw 1.8 has neither managed policies nor groups'),
]

const VERSITYGW_DIFFERS: readonly Difference[] = [
  known(/^tagging: get after empty set$/, 'an empty set of tags is none'),
  known(/^tagging: aws: prefix$/, 'the prefix aws: is reserved'),
  known(/^policy: Statement as object$/, 'the grammar of policies allows one statement without a list'),
  known(/^policy: no Principal$/, 'the grammar of policies of resources requires a principal'),
  known(/^policy: over 20 KB$/, 'a refusal, where versitygw breaks'),
  known(/^lock: get$/, 'no rule is no element'),
  known(/^lock: suspend versioning$/, 'InvalidBucketState is 409'),
  known(/^versions: page MaxKeys=1$/, 'versitygw lists the same page for ever'),
  known(/^keys: list with EncodingType=url$/, 'versitygw does not look at the encoding type'),
  known(/^multi-delete: empty list$/, 'the schema wants at least one object'),
  ...[LOCATION, QUIET, MANY, LOCKOUT, FALLS],
]

const MOTO: readonly Difference[] = [
  known(/^bucket: name with capitals$/, 'moto takes names that S3 does not'),
  known(/^tagging: (?:get|51 tags)$/, 'moto leaves out an empty value and does not count tags'),
  known(
    /^(?:encryption|public access block|ownership): get (?:unset|after delete)$/,
    'since 2023 buckets are encrypted, closed and owned by their owner from the start',
  ),
  known(/^request payment: get$/, 'the owner pays unless something else was said'),
  known(/^lifecycle: /, 'moto checks nothing, loses sizes and NewerNoncurrentVersions, and makes no ids'),
  known(/^policy: /, 'moto keeps any text as a policy, answers 200, and breaks over anonymous requests'),
  known(/^(?:notification: get EventBridge|replication: get)$/, 'moto forgets EventBridge, and the filters and markers of replications'),
  known(/^lock: /, 'moto does not enforce GOVERNANCE, adds Years:0, and knows no state that forbids'),
  known(/^auth: /, 'moto does not look at the time, the region, and breaks without a signature'),
  known(/^inline: (?:put with Principal|3 KB)$/, 'moto checks neither the grammar nor the size'),
  known(/^enforce: bucket policy/, 'policies of buckets do not grant in moto, and deny without a code'),
  known(/^(?:enforce: inactive key|sts: caller identity with inactive key)$/, 'inactive keys work in moto'),
  known(/^key: bad status$/, 'moto takes any text'),
  known(/^user: delete$/, 'the case of the recording had policies left'),
  known(/^managed: version document$/, 'documents are encoded in all answers'),
  known(/^managed: (?:delete while attached|detach)$/, 'moto deletes a policy that is attached'),
  ...[LOCATION, QUIET, MANY, LOCKOUT, FALLS],
]

const WASABI: readonly Difference[] = [
  known(/^(?:ownership|website): /, 'Wasabi documents neither; the fake refuses both'),
  known(/^user: (?:create with path and tags|get|tag|list tags|untag)$/, 'Wasabi has no tags of users'),
]

/** By dialect of the fake and server of the recording. */
export const FAKE_DIFFERENCES: Readonly<Partial<Record<`${DialectName} ${RecordedServer}`, readonly Difference[]>>> = {
  'aws versitygw': [
    known(/^bucket: create again, same owner$/, 'in us-east-1 the owner may create a bucket again, and nothing happens'),
    ...VERSITYGW_LACKS,
    ...VERSITYGW_DIFFERS,
  ],
  'aws moto-auth': MOTO,
  'wasabi versitygw': [...WASABI, ...VERSITYGW_LACKS, ...VERSITYGW_DIFFERS],
  'seaweedfs seaweedfs': [
    PUBLIC,
    known(/^bucket: location$/, 'an empty element, which the client reads as null: SeaweedFS sends one of another name'),
    known(/^(?:notification: put (?:queue|EventBridge|none)|replication: put)/, 'the other of the two codes for a bucket that is there'),
    known(/^policy: boolean in Condition$/, 'refused with the other of the two codes'),
    known(/^keys: list with EncodingType=url$/, 'SeaweedFS keeps objects as files and loses double slashes'),
    known(/^user: get$/, 'users have their date'),
    known(/^enforce: user without policy, ListBuckets$/, 'ListBuckets takes its right; SeaweedFS shows every user the list'),
    known(/^inline: get absent$/, 'SeaweedFS invents a policy'),
    known(/^enforce: replaced policy now allows PutObject$/, 'the recording had a policy with a Deny before, which SeaweedFS refuses'),
    known(/^key: bad status$/, 'AWS’s code'),
    known(/^managed: versions until limit$/, 'one version is the limit; SeaweedFS replaces it once and then refuses with another code'),
  ],
  'ceph radosgw': [
    PUBLIC,
    known(/^multi-delete: 1001 keys$/, 'with a code; Ceph answers without a body'),
    known(/^auth: no signature, list buckets$/, 'refused; Ceph shows strangers an empty list'),
  ],
  'minio minio': [PUBLIC],
}

/** What a server that runs answers otherwise than when it was recorded. */
export const LIVE_DIFFERENCES: Readonly<Partial<Record<RecordedServer, readonly Difference[]>>> = {
  versitygw: [known(/^keys: list with EncodingType=url$/, 'it repeats the encoding type in its answer, and still does not encode')],
  'moto-auth': [
    known(/^lifecycle: empty list$/, 'it now has none after an empty list'),
    known(/^user: delete$/, 'the case of the recording had policies left'),
  ],
  seaweedfs: [
    known(/^enforce: replaced policy now allows PutObject$/, 'the recording had a policy with a Deny before, which SeaweedFS refuses'),
  ],
}
